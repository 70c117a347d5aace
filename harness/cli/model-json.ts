/** What `tickmark model --json` gives, for its help; alone in its file, so that `--help` loads nothing else. */
export const modelJsonHelp = `
--json gives one object; a later version may add fields and takes none away:
  tickmark              1, the version of this form
  description           what the converter wrote into the file
  fileBytes             size of the file
  weightBytes           bytes of all constants: weights, biases, shapes
  weightElements        weights: constants of rank 2 and more; zeroWeights of them are a real 0
  macs                  multiply-accumulates of one inference
  arenaEstimateBytes    an estimate for TFLM's reference kernels on a Cortex-M, not a measurement
  inputs, outputs       tensors: index, name, type, shape, and where quantized scales and zeroPoints (one, or one a channel)
  operators             in order: index, name, version, inputs, constants, outputs (tensors), macs, weightBytes,
                        weightElements, zeroWeights
  float                 with --float: fileBytes and weightBytes of the twin; fileShare and weightShare, 0.26 for 26 % of it`;

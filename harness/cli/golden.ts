import { readNamed } from '../files.ts';
import { createInterpreter } from '../model/interpreter.ts';
import { readModel } from '../model/tflite.ts';
import { readInputs, writeOutputs } from '../vectors/inputs.ts';
import { say } from './say.ts';

/** `tickmark golden`: runs every input through the golden interpreter, in order, and writes the outputs. */
export function golden(modelPath: string, inputsPath: string, out: string): void {
  const interpreter = createInterpreter(readModel(readNamed(modelPath), modelPath), modelPath);
  const inputs = readInputs(inputsPath, interpreter.inputs);
  const outputs = inputs.map(input => interpreter.invoke(input).map(tensor => tensor.slice()));
  writeOutputs(out, interpreter.outputs, outputs);
  say(`${out}: ${outputs.length} ${outputs.length === 1 ? 'output' : 'outputs'} of ${modelPath}`);
}

import type { SwitchOptions } from './options.ts';
import type { PowerSwitch } from './port.ts';
import { missingTool, mustRun, resettingMs, type Tool } from './tool.ts';

/** A USB hub that switches single ports. Many say that they do and do not. https://github.com/mvp/uhubctl */
export function uhubctlSwitch({ hub, port }: SwitchOptions<'uhubctl'>): PowerSwitch {
  const use = (action: string) => ({
    args: ['-l', hub, '-p', String(port), '-a', action],
    timeoutMs: resettingMs,
  });
  return {
    name: uhubctl.name,
    missing: () => missingTool(uhubctl),
    async off(io, signal) {
      await mustRun(uhubctl, use('off'), io, signal);
    },
    async on(io, signal) {
      await mustRun(uhubctl, use('on'), io, signal);
    },
  };
}

const uhubctl: Tool = {
  name: 'uhubctl',
  programs: ['uhubctl'],
  howToGet: 'apt-get install uhubctl, or https://github.com/mvp/uhubctl',
  failures: [
    {
      says: /permission problems|[Pp]ermission denied/,
      fix: 'only an administrator may switch the hub until its udev rule is there: https://github.com/mvp/uhubctl#linux-usb-permissions',
    },
    {
      says: /No compatible devices detected/,
      fix: '`power.hub` is no hub that switches its ports: `uhubctl` alone lists those that do',
    },
    {
      says: /Failed to (control port power|set port status)/,
      fix: 'the hub refuses: take another port, or another hub (https://github.com/mvp/uhubctl#compatible-usb-hubs)',
      whatever: true,
    },
  ],
};

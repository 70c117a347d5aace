/** What lets a user open a USB device, on Linux. */
export function udevRules(which: string): string {
  return `only an administrator may use it until ${which} lie in /etc/udev/rules.d or /lib/udev/rules.d; then unplug it and plug it in again`;
}

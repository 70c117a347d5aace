/** What it takes to say who may use a port; a test has answers of its own. */
export interface PortOwners {
  read(path: string): string | undefined;
  groupOf(path: string): number | undefined;
}

/** How a user who may not use a port comes to use it. */
export function howToGetAccess(owners: PortOwners, port: string): string {
  const group = groupName(owners, port);
  return group === undefined
    ? `let this user read and write ${port}`
    : `sudo usermod -aG ${group} $USER, then log in again (in a container: --group-add ${group})`;
}

/** dialout on Debian, uucp on Arch: whatever the port belongs to. */
function groupName(owners: PortOwners, port: string): string | undefined {
  const id = owners.groupOf(port);
  const lines = (owners.read('/etc/group') ?? '').split('\n').map(line => line.split(':'));
  return id === undefined || id === 0 ? undefined : lines.find(([, , gid]) => Number(gid) === id)?.[0];
}

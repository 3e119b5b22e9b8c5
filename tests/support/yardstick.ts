const LOOPS = 50_000_000;

/** CPU ms of a fixed amount of arithmetic: how fast this machine is just now, for comparing one hour with another. */
export function yardstickMs(): number {
  const work = () => {
    const before = process.cpuUsage();
    let value = 0;
    for (let loop = 0; loop < LOOPS; loop += 1) value = (Math.imul(value, 31) + loop) | 0;
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000 + (value === 0.5 ? 1 : 0);
  };
  return Math.min(work(), work(), work());
}

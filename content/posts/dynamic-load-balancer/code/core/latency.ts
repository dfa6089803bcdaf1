// Peak EWMA: a slower answer counts at once, a faster one only as time passes.

export type Average = { value: number; at: number };

export function observe(old: Average | null, sample: number, now: number, memory: number): Average {
  if (!old) return { value: sample, at: now };
  const before = read(old, now, memory);
  if (sample > before) return { value: sample, at: now };
  const weight = Math.exp(-(now - old.at) / memory);
  return { value: sample + (old.value - sample) * weight, at: now };
}

/** Without news the average decays, so that an instance that was slow is tried again. */
export function read(average: Average, now: number, memory: number): number {
  return average.value * Math.exp(-(now - average.at) / memory);
}

/** At most so many messages for one signature and number; Aliyun's defaults for codes are 1 a minute, 5 an hour, 10 a day. */
export type SmsLimits = { readonly minute: number; readonly hour: number; readonly day: number }
export const ALIYUN_CODE_LIMITS: SmsLimits = { minute: 1, hour: 5, day: 10 }

const WINDOWS = [
  { name: 'minute', label: '分钟级', ms: 60_000 },
  { name: 'hour', label: '小时级', ms: 3_600_000 },
  { name: 'day', label: '天级', ms: 86_400_000 },
] as const

/** @returns the refusal's sentence when one more message would break a limit. */
export function brokenLimit(limits: SmsLimits, sentAtMs: readonly number[], nowMs: number): string | undefined {
  for (const { name, label, ms } of WINDOWS) {
    const count = sentAtMs.filter((atMs) => nowMs - atMs < ms).length
    if (count >= limits[name]) return `触发${label}流控Permits:${limits[name]}`
  }
  return undefined
}

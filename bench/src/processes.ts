import { readdirSync, readFileSync } from 'node:fs'
import type { System } from './system.ts'

/** Who works in a run. The stand-ins play gateway, mail and text messages in a process of their own. */
export type Part = 'api' | 'postgres' | 'driver' | 'standIns'
export type PerPart = Readonly<Record<Part, number>>

/** The kernel counts in hundredths of a second (USER_HZ), on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100

/** Seconds of CPU (user and system) that each part has used since it began. All zero where there is no /proc. */
export function cpuSeconds(system: Pick<System, 'pid'>): PerPart {
  const own = process.cpuUsage()
  const seconds = { api: 0, postgres: 0, standIns: 0, driver: (own.user + own.system) / 1e6 }
  for (const one of familyOf(system.pid)) {
    // A backend that ended is in its postmaster's count of reaped children.
    seconds[one.part] += (one.ticks + (one.part === 'postgres' ? one.reapedTicks : 0)) / TICKS_PER_SECOND
  }
  return seconds
}

/** Memory of each part in MB: what is resident, with PostgreSQL's shared buffers counted once. */
export function memoryMb(system: Pick<System, 'pid'>): PerPart {
  const megabytes = { api: 0, postgres: 0, standIns: 0, driver: process.memoryUsage.rss() / 1024 ** 2 }
  let sharedMb = 0
  for (const { pid, part } of familyOf(system.pid)) {
    const status = read(`/proc/${pid}/status`) ?? ''
    const mb = (field: string) => Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0) / 1024
    if (part === 'postgres') sharedMb = Math.max(sharedMb, mb('RssShmem'))
    megabytes[part] += part === 'postgres' ? mb('RssAnon') : mb('VmRSS')
  }
  return { ...megabytes, postgres: megabytes.postgres + sharedMb }
}

/** Runs `work` and says how many microseconds of CPU each part spent an operation. */
export async function spent<T>(
  system: System,
  work: () => Promise<T>,
  operations: (result: T) => number,
): Promise<{ readonly result: T; readonly cpuMicros: PerPart }> {
  const before = cpuSeconds(system)
  const result = await work()
  const after = cpuSeconds(system)
  const count = Math.max(1, operations(result))
  const micros = (part: Part) => Math.round(((after[part] - before[part]) * 1e6) / count)
  return {
    result,
    cpuMicros: {
      api: micros('api'),
      postgres: micros('postgres'),
      standIns: micros('standIns'),
      driver: micros('driver'),
    },
  }
}

/** Watches a figure of memory while something runs. */
export function watchPeak(readMb: () => number, everyMs = 50): { readonly stop: () => number } {
  let peak = readMb()
  const timer = setInterval(() => {
    peak = Math.max(peak, readMb())
  }, everyMs)
  return {
    stop: () => {
      clearInterval(timer)
      return Math.max(peak, readMb())
    },
  }
}

type Member = {
  readonly pid: number
  readonly part: Exclude<Part, 'driver'>
  readonly ticks: number
  readonly reapedTicks: number
}

/** The server and all that it started. */
function familyOf(root: number): readonly Member[] {
  const everybody = pids().flatMap((pid) => statOf(pid) ?? [])
  const inside = new Set([root])
  // Parents have lower numbers as a rule only, so go round until nobody new is found.
  for (let before = 0; before !== inside.size; ) {
    before = inside.size
    for (const one of everybody) if (inside.has(one.parent)) inside.add(one.pid)
  }
  return everybody
    .filter((one) => inside.has(one.pid))
    .map((one) => ({
      ...one,
      part: one.pid === root ? 'api' : one.command.startsWith('postgres') ? 'postgres' : 'standIns',
    }))
}

function pids(): readonly number[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
  } catch {
    return []
  }
}

function statOf(pid: number) {
  const text = read(`/proc/${pid}/stat`)
  if (text === undefined) return undefined
  // The command is in brackets and may hold anything, brackets too.
  const command = text.slice(text.indexOf('(') + 1, text.lastIndexOf(')'))
  const field = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number)
  const at = (index: number) => field[index] ?? 0
  return { pid, command, parent: at(1), ticks: at(11) + at(12), reapedTicks: at(13) + at(14) }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

import type { Clock } from '@quanshu/kernel'
import type { Batcher } from './batch/index.ts'
import type { Config } from './config/index.ts'
import type { Crypto } from './crypto/index.ts'
import type { Database } from './db/index.ts'
import type { EventHub, Subscriber } from './events/index.ts'
import type { BoundRoute } from './http/index.ts'
import type { Schedule, Task } from './jobs/index.ts'
import type { Log } from './log/index.ts'

/** Everything a module may use of the house. Built once in `main/`, passed to every module. */
export type Platform = {
  readonly config: Config
  readonly log: Log
  readonly clock: Clock
  readonly db: Database
  readonly crypto: Crypto
  /** Makes a group-committed version of a hot command (idea 4 of the architecture). */
  readonly batcher: Batcher
  /** In-process news for waiting pages; fed by this process at once and by others through the event log. */
  readonly hub: EventHub
}

/**
 * Work that a worker process does all the time, in a rhythm of its own. Unlike a schedule it runs in every worker at once: what
 * it takes up it takes under a lease.
 */
export type Loop = {
  readonly name: string
  /** `stop` takes up nothing new and waits for what is under way. */
  readonly start: () => { readonly stop: () => Promise<void> }
}

/** What a module gives to `main/`. Lists that are absent are empty. */
export type Module = {
  readonly name: string
  readonly routes?: readonly BoundRoute[]
  readonly tasks?: readonly Task[]
  readonly subscribers?: readonly Subscriber[]
  readonly schedules?: readonly Schedule[]
  readonly loops?: readonly Loop[]
}

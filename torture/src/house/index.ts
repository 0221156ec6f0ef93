import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../../../apps/server/src/main/embedded-postgres/server.ts'
import { type Balancer, startBalancer } from './balancer.ts'
import { type Postgres, startPostgres } from './postgres.ts'
import { type Program, startProgram, type Unasked } from './program.ts'
import { type StandIns, startStandIns } from './stand-ins.ts'
import { until } from './wait.ts'

/** The system under torture: a database, two API and two worker processes, the outside world, a balancer in front. */
export type House = {
  /** Everything of this run is kept here; removed when nothing was found. */
  readonly scratch: string
  readonly postgres: Postgres
  readonly apis: readonly Program[]
  readonly workers: readonly Program[]
  readonly standIns: StandIns
  /** The shops' one address, and each API process's own. */
  readonly url: string
  readonly apiUrls: readonly string[]
  /** Settings of the server's processes, for a command line beside them. */
  readonly env: NodeJS.ProcessEnv
  /** Processes that ended by themselves after they had been ready. */
  readonly unasked: readonly Unasked[]
  /** Both API processes serve and both workers work. */
  readonly ready: () => Promise<void>
  readonly stop: () => Promise<void>
}

const API_PROCESSES = 2
const WORKER_PROCESSES = 2
/** Some seconds, on a machine that has nothing else to do. */
const READY_TIMEOUT_MS = 240_000

export async function startHouse(): Promise<House> {
  const scratch = mkdtempSync(join(tmpdir(), 'quanshu-torture-'))
  // PostgreSQL may run as another user, who has to come through.
  chmodSync(scratch, 0o711)
  const stops: (() => Promise<void>)[] = []
  const stop = async (): Promise<void> => {
    for (let next = stops.pop(); next; next = stops.pop()) await next()
  }
  try {
    return { ...(await openHouse(scratch, stops)), stop }
  } catch (error) {
    await stop()
    rmSync(scratch, { recursive: true, force: true })
    throw error
  }
}

async function openHouse(scratch: string, stops: (() => Promise<void>)[]): Promise<Omit<House, 'stop'>> {
  const [postgres, standIns] = await Promise.all([
    startPostgres(join(scratch, 'database')),
    startStandIns(join(scratch, 'stand-ins')),
  ])
  stops.push(postgres.stop, standIns.stop)
  const ports = await Promise.all(Array.from({ length: API_PROCESSES }, freePort))
  const balancer = await startBalancer(() => ports)
  stops.push(balancer.close)
  const env = environment(scratch, { postgres, standIns, balancer })
  const unasked: Unasked[] = []
  const start = async (name: string, more: NodeJS.ProcessEnv): Promise<Program> => {
    const logs = join(scratch, 'logs')
    mkdirSync(logs, { recursive: true })
    const program = await startProgram({
      name,
      env: { ...env, QUANSHU_LOG_FILE: join(logs, `${name}.log`), ...more },
      outFile: join(logs, `${name}.out`),
      onUnasked: (end) => unasked.push(end),
    })
    stops.push(program.stop)
    return program
  }
  const api = (index: number) => start(`api-${index + 1}`, { QUANSHU_ROLES: 'api', QUANSHU_PORT: String(ports[index]) })
  // The first one makes the keys and the tables; the others would only wait for it.
  const first = await api(0)
  const [others, workers] = await Promise.all([
    Promise.all(ports.slice(1).map((_, index) => api(index + 1))),
    Promise.all(
      Array.from({ length: WORKER_PROCESSES }, (_, index) => start(`worker-${index + 1}`, { QUANSHU_ROLES: 'worker' })),
    ),
  ])
  const apis = [first, ...others]
  const apiUrls = ports.map((port) => `http://127.0.0.1:${port}`)
  return { scratch, postgres, apis, workers, standIns, url: balancer.url, apiUrls, env, unasked, ready }

  async function ready(): Promise<void> {
    await until(
      'every process is ready',
      async () => {
        if (![...apis, ...workers].every((program) => program.isReady())) return false
        const answers = await Promise.all(
          apiUrls.map((url) => fetch(`${url}/readyz`, { signal: AbortSignal.timeout(3_000) })),
        )
        return answers.every((answer) => answer.ok)
      },
      READY_TIMEOUT_MS,
    )
  }
}

type Parts = { readonly postgres: Postgres; readonly standIns: StandIns; readonly balancer: Balancer }

/** Production's settings, but for the gateway on this machine and buyers who never rest. */
function environment(scratch: string, { postgres, standIns, balancer }: Parts): NodeJS.ProcessEnv {
  const { npm_lifecycle_event: _, ...own } = process.env
  return {
    ...own,
    NODE_ENV: 'production',
    QUANSHU_DATA: join(scratch, 'data'),
    QUANSHU_PUBLIC_URL: balancer.url,
    DATABASE_URL: postgres.ownerUrl,
    DATABASE_APP_URL: postgres.appUrl,
    QUANSHU_DATABASE_APP_PASSWORD: postgres.appPassword,
    QUANSHU_POOL_SIZE: '10',
    QUANSHU_JOB_SLOTS: '6',
    QUANSHU_SMTP_URL: standIns.addresses.mail.smtpUrl,
    QUANSHU_ALLOW_INSECURE_ENDPOINTS: 'yes',
    QUANSHU_STAND_INS: 'no',
    QUANSHU_DEMO: 'no',
    // No front ends: nobody looks.
    QUANSHU_DEV: '1',
    // Each buyer comes from an address of their own.
    QUANSHU_TRUST_PROXY: 'yes',
    QUANSHU_RATE_LIMIT_FACTOR: '1000000',
    QUANSHU_LOG_LEVEL: 'warn',
  }
}

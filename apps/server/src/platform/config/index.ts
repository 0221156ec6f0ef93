import { resolve } from 'node:path'
import { z } from 'zod'

/** Everything that may be set from outside, parsed once. Nothing else in the server reads the environment. */
export type Config = {
  /** Port of the one HTTP listener; 0 takes a free one. `QUANSHU_PORT` */
  readonly port: number
  /** Address the listener binds. `QUANSHU_HOST` */
  readonly host: string
  /** How browsers and gateways reach this installation, without a trailing slash. `QUANSHU_PUBLIC_URL` */
  readonly publicUrl: string
  /** Folder of everything that must survive: database, keys, pictures. Absolute. `QUANSHU_DATA` */
  readonly dataDir: string
  /** Connection of the tables' owner (migrations, job queue). Absent: the embedded PostgreSQL. `DATABASE_URL` */
  readonly databaseUrl?: string
  /** Connection of the application role. Absent: the owner's, with `role=quanshu_app`. `DATABASE_APP_URL` */
  readonly databaseAppUrl?: string
  /** Password that the migrations give to `quanshu_app`, when it signs in by itself. `QUANSHU_DATABASE_APP_PASSWORD` */
  readonly databaseAppPassword?: string
  /** Where the embedded PostgreSQL archives its write-ahead log, for point-in-time recovery. Absolute. `QUANSHU_ARCHIVE` */
  readonly archiveDir?: string
  /** The master key that wraps every tenant's data keys. `QUANSHU_KEY_FILE` */
  readonly masterKeyFile: string
  /** `QUANSHU_LOG_LEVEL` */
  readonly logLevel: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent'
  /** Where the log goes. Absent: standard output, which is what a service manager collects. `QUANSHU_LOG_FILE` (`-`: standard output) */
  readonly logFile?: string
  /** Gateways and suppliers may be plain http and on private addresses: for stand-ins only. `QUANSHU_ALLOW_INSECURE_ENDPOINTS` */
  readonly allowInsecureEndpoints: boolean
  /** Database connections of one process. `QUANSHU_POOL_SIZE` */
  readonly poolSize: number
  /** Jobs one worker process runs at once. `QUANSHU_JOB_SLOTS` */
  readonly jobSlots: number
  /** What this process does: serve HTTP, work off events and jobs, or both. `QUANSHU_ROLES` */
  readonly roles: readonly ('api' | 'worker')[]
  /** Whether `npm start` also starts the stand-ins of outside services. `QUANSHU_STAND_INS` */
  readonly standIns: boolean
  /** Whether `npm start` fills a demo shop on first start. `QUANSHU_DEMO` */
  readonly demo: boolean
  /** Slug of the tenant that answers when neither domain nor path names one. `QUANSHU_DEFAULT_TENANT` */
  readonly defaultTenant: string
  /** Mail goes here, e.g. `smtps://user:password@host`. Absent: mail is logged as not sent. `QUANSHU_SMTP_URL` */
  readonly smtpUrl?: string
  /** Sender of mail. `QUANSHU_MAIL_FROM` */
  readonly mailFrom: string
  /** Suppliers' lists come by mail to addresses of this domain. Absent: no mail is taken. `QUANSHU_MAILIN_DOMAIN` and the others */
  readonly mailIn?: {
    readonly domain: string
    /** `QUANSHU_MAILIN_HOST`, `QUANSHU_MAILIN_PORT`; 0 takes a free one. */
    readonly host: string
    readonly port: number
    /** PEM files for STARTTLS: `QUANSHU_MAILIN_KEY_FILE`, `QUANSHU_MAILIN_CERT_FILE`. Absent: a relay in front speaks TLS. */
    readonly keyFile?: string
    readonly certFile?: string
  }
  /** Folder in which each supplier drops its lists. Absolute; absent: none is looked into. `QUANSHU_DROP_FOLDER` */
  readonly dropDir?: string
  /** Believe `X-Forwarded-*`: only behind a proxy that sets them itself. `QUANSHU_TRUST_PROXY` */
  readonly trustProxy: boolean
  /** Cookies only over https. Default: when the public address is https. `QUANSHU_SECURE_COOKIES` */
  readonly secureCookies: boolean
  /** Multiplies every route's rate limit; for load tests from one address. `QUANSHU_RATE_LIMIT_FACTOR` */
  readonly rateLimitFactor: number
  /** Pages that may wait for news from one address (an IPv6 /64 is one). `QUANSHU_STREAMS_PER_ADDRESS` */
  readonly streamsPerNetwork: number
  /** Bearer token for `/metrics`. Absent: only this machine may read it. `QUANSHU_METRICS_TOKEN` */
  readonly metricsToken?: string
  /** Where traces go (OTLP over HTTP). Absent: nowhere. `OTEL_EXPORTER_OTLP_ENDPOINT` */
  readonly otlpUrl?: string
  /** `NODE_ENV=production`. Turns the demo, the stand-ins and insecure endpoints off unless set by name. */
  readonly production: boolean
}

/** A wrong setting. The message has one sentence per wrong value and can be shown as it is. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const
const ROLES = ['api', 'worker'] as const

const flag = z
  .string()
  .transform((text) => text.toLowerCase())
  .pipe(z.enum(['true', 'false', '1', '0', 'yes', 'no', 'on', 'off'], 'must be true or false'))
  .transform((text) => ['true', '1', 'yes', 'on'].includes(text))

const wholeNumber = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, `must be a whole number from ${min} to ${max}`)
    .transform(Number)
    .pipe(z.number().min(min, `must be at least ${min}`).max(max, `must be at most ${max}`))

const url = (...schemes: readonly string[]) =>
  z
    .string()
    .refine(
      (text) => schemes.some((scheme) => text.startsWith(`${scheme}://`)) && URL.canParse(text),
      `must be an address that starts with ${schemes.map((scheme) => `${scheme}://`).join(' or ')}`,
    )

const roles = z
  .string()
  .transform((text) => [...new Set(text.split(',').map((role) => role.trim()))])
  .pipe(z.array(z.enum(ROLES, `must be one or both of ${ROLES.join(', ')}`)).min(1))

const environment = z.object({
  QUANSHU_PORT: wholeNumber(0, 65_535).default(8080),
  QUANSHU_HOST: z.string().default('127.0.0.1'),
  QUANSHU_PUBLIC_URL: url('http', 'https').optional(),
  QUANSHU_DATA: z.string().default('./data'),
  DATABASE_URL: url('postgres', 'postgresql').optional(),
  DATABASE_APP_URL: url('postgres', 'postgresql').optional(),
  QUANSHU_DATABASE_APP_PASSWORD: z.string().optional(),
  QUANSHU_ARCHIVE: z.string().optional(),
  QUANSHU_KEY_FILE: z.string().optional(),
  QUANSHU_LOG_LEVEL: z.enum(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(', ')}`).default('info'),
  QUANSHU_LOG_FILE: z.string().optional(),
  QUANSHU_ALLOW_INSECURE_ENDPOINTS: flag.optional(),
  QUANSHU_POOL_SIZE: wholeNumber(2, 200).default(20),
  QUANSHU_JOB_SLOTS: wholeNumber(1, 100).default(12),
  QUANSHU_ROLES: roles.default([...ROLES]),
  QUANSHU_STAND_INS: flag.optional(),
  QUANSHU_DEMO: flag.optional(),
  QUANSHU_DEFAULT_TENANT: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be a slug of a-z, 0-9 and -')
    .default('demo'),
  QUANSHU_SMTP_URL: url('smtp', 'smtps').optional(),
  QUANSHU_MAIL_FROM: z.string().default('权枢 <no-reply@quanshu.test>'),
  QUANSHU_MAILIN_DOMAIN: z
    .string()
    .regex(/^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/i, 'must be a domain such as lists.shop.example')
    .optional(),
  QUANSHU_MAILIN_HOST: z.string().default('127.0.0.1'),
  QUANSHU_MAILIN_PORT: wholeNumber(0, 65_535).default(2525),
  QUANSHU_MAILIN_KEY_FILE: z.string().optional(),
  QUANSHU_MAILIN_CERT_FILE: z.string().optional(),
  QUANSHU_DROP_FOLDER: z.string().optional(),
  QUANSHU_TRUST_PROXY: flag.default(false),
  QUANSHU_SECURE_COOKIES: flag.optional(),
  QUANSHU_RATE_LIMIT_FACTOR: wholeNumber(1, 1_000_000).default(1),
  QUANSHU_STREAMS_PER_ADDRESS: wholeNumber(1, 20_000).default(50),
  QUANSHU_METRICS_TOKEN: z.string().min(16, 'must be at least 16 characters').optional(),
  OTEL_EXPORTER_OTLP_ENDPOINT: url('http', 'https').optional(),
  NODE_ENV: z.string().default('development'),
})

/**
 * Reads the settings. An empty variable counts as not set.
 * @throws ConfigError naming every wrong variable, its value and what it must be.
 */
export function loadConfig(env: NodeJS.ProcessEnv): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''))
  const parsed = environment.safeParse(given)
  if (!parsed.success) {
    throw new ConfigError(parsed.error.issues.map((issue) => sentence(issue, given)).join('\n'))
  }
  const set = parsed.data
  const production = set.NODE_ENV === 'production'
  const dataDir = resolve(set.QUANSHU_DATA)
  const publicUrl = (set.QUANSHU_PUBLIC_URL ?? `http://localhost:${set.QUANSHU_PORT}`).replace(/\/+$/, '')
  // On a terminal the few lines for people would drown among the log's.
  const logFile = set.QUANSHU_LOG_FILE ?? (production ? '-' : resolve(dataDir, 'logs', 'quanshu.log'))
  // A database of one's own usually means business: nothing is put into it that was not asked for.
  const demonstration = !production && set.DATABASE_URL === undefined
  return {
    port: set.QUANSHU_PORT,
    host: set.QUANSHU_HOST,
    publicUrl,
    dataDir,
    masterKeyFile: set.QUANSHU_KEY_FILE ? resolve(set.QUANSHU_KEY_FILE) : resolve(dataDir, 'keys', 'master.json'),
    logLevel: set.QUANSHU_LOG_LEVEL,
    allowInsecureEndpoints: set.QUANSHU_ALLOW_INSECURE_ENDPOINTS ?? set.QUANSHU_STAND_INS ?? demonstration,
    poolSize: set.QUANSHU_POOL_SIZE,
    jobSlots: set.QUANSHU_JOB_SLOTS,
    roles: set.QUANSHU_ROLES,
    standIns: set.QUANSHU_STAND_INS ?? demonstration,
    demo: set.QUANSHU_DEMO ?? demonstration,
    defaultTenant: set.QUANSHU_DEFAULT_TENANT,
    mailFrom: set.QUANSHU_MAIL_FROM,
    trustProxy: set.QUANSHU_TRUST_PROXY,
    secureCookies: set.QUANSHU_SECURE_COOKIES ?? publicUrl.startsWith('https://'),
    production,
    rateLimitFactor: set.QUANSHU_RATE_LIMIT_FACTOR,
    streamsPerNetwork: set.QUANSHU_STREAMS_PER_ADDRESS,
    ...(set.QUANSHU_METRICS_TOKEN === undefined ? {} : { metricsToken: set.QUANSHU_METRICS_TOKEN }),
    ...(set.QUANSHU_ARCHIVE === undefined ? {} : { archiveDir: resolve(set.QUANSHU_ARCHIVE) }),
    ...(set.QUANSHU_MAILIN_DOMAIN === undefined
      ? {}
      : {
          mailIn: {
            domain: set.QUANSHU_MAILIN_DOMAIN.toLowerCase(),
            host: set.QUANSHU_MAILIN_HOST,
            port: set.QUANSHU_MAILIN_PORT,
            ...(set.QUANSHU_MAILIN_KEY_FILE !== undefined && { keyFile: resolve(set.QUANSHU_MAILIN_KEY_FILE) }),
            ...(set.QUANSHU_MAILIN_CERT_FILE !== undefined && { certFile: resolve(set.QUANSHU_MAILIN_CERT_FILE) }),
          },
        }),
    ...(set.QUANSHU_DROP_FOLDER === undefined ? {} : { dropDir: resolve(set.QUANSHU_DROP_FOLDER) }),
    ...(logFile === '-' ? {} : { logFile: resolve(logFile) }),
    ...(set.DATABASE_URL === undefined ? {} : { databaseUrl: set.DATABASE_URL }),
    ...(set.DATABASE_APP_URL === undefined ? {} : { databaseAppUrl: set.DATABASE_APP_URL }),
    ...(set.QUANSHU_DATABASE_APP_PASSWORD === undefined
      ? {}
      : { databaseAppPassword: set.QUANSHU_DATABASE_APP_PASSWORD }),
    ...(set.QUANSHU_SMTP_URL === undefined ? {} : { smtpUrl: set.QUANSHU_SMTP_URL }),
    ...(set.OTEL_EXPORTER_OTLP_ENDPOINT === undefined ? {} : { otlpUrl: set.OTEL_EXPORTER_OTLP_ENDPOINT }),
  }
}

/** Variables whose value may hold a password are named without it. */
const SECRET_VARIABLES = new Set([
  'DATABASE_URL',
  'DATABASE_APP_URL',
  'QUANSHU_DATABASE_APP_PASSWORD',
  'QUANSHU_SMTP_URL',
  'QUANSHU_METRICS_TOKEN',
])

function sentence(issue: z.core.$ZodIssue, given: Readonly<Record<string, string | undefined>>): string {
  const name = String(issue.path[0])
  const value = SECRET_VARIABLES.has(name) ? '' : ` is "${given[name]}" but`
  return `The setting ${name}${value} ${issue.message}.`
}

import { mkdirSync, openSync, renameSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import pino from 'pino'

type Fields = Readonly<Record<string, unknown>>

/** Structured log. The message says what happened in words, the fields say to what. */
export type Log = {
  readonly debug: (fields: Fields, message: string) => void
  readonly info: (fields: Fields, message: string) => void
  readonly warn: (fields: Fields, message: string) => void
  readonly error: (fields: Fields, message: string) => void
  /** A log that adds these fields to every line. */
  readonly child: (bindings: Fields) => Log
}

/** Names under which a secret might be logged by mistake. `code` and `key` are not here: they name refusals and jobs. */
const SECRET_NAMES: ReadonlySet<string> = new Set([
  'password',
  'queryPassword',
  'newPassword',
  'passwordHash',
  'codes',
  'cardCode',
  'cardSecret',
  'smsCode',
  'totpCode',
  'plain',
  'secret',
  'totpSecret',
  'token',
  'sessionToken',
  'accessToken',
  'csrf',
  'apiKey',
  'privateKey',
  'masterKey',
  'authorization',
  'cookie',
  'set-cookie',
  'idempotency-key',
])
const SECRET_DEPTH_MAX = 4

/**
 * Writes JSON lines to `destination`: a file descriptor (default standard output), a file's path, or a stream.
 * An `err` field is written with its stack; everything under a secret name is replaced.
 */
export function createLog(options: {
  readonly level: string
  readonly destination?: number | string | pino.DestinationStream
  readonly name?: string
}): Log {
  const destination = typeof options.destination === 'object' ? options.destination : open(options.destination ?? 1)
  return pino(
    {
      level: options.level,
      base: options.name ? { name: options.name } : null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }), log: (fields) => hideSecrets(fields, 1) },
      serializers: { err: errorFields, error: errorFields },
    },
    destination,
  )
}

/** A file is written in the background; pino writes what is left when the process ends. */
function open(destination: number | string): pino.DestinationStream {
  if (typeof destination === 'number') return pino.destination({ fd: destination, sync: true })
  mkdirSync(dirname(destination), { recursive: true })
  if ((statSync(destination, { throwIfNoEntry: false })?.size ?? 0) > LOG_FILE_MAX_BYTES) {
    renameSync(destination, `${destination}.1`)
  }
  return pino.destination({ fd: openSync(destination, 'a', 0o640), sync: false })
}

/** A fuller file is put aside at start, over the one put aside before. */
const LOG_FILE_MAX_BYTES = 50 * 1024 * 1024

/** A log that keeps nothing; for tests and tools. */
export const silentLog: Log = createLog({ level: 'silent' })

/**
 * What of an error is written. A database error's `detail` and `where` quote row values, and a validation error quotes
 * its input, so only names, codes and places are kept.
 */
function errorFields(error: unknown): unknown {
  if (!(error instanceof Error)) return { message: String(error) }
  const fields: Record<string, unknown> = { type: error.name, message: error.message, stack: error.stack }
  for (const name of ['code', 'status', 'schema', 'table', 'column', 'constraint', 'severity', 'routine'] as const) {
    const value = (error as unknown as Record<string, unknown>)[name]
    if (value !== undefined) fields[name] = value
  }
  if (error.cause !== undefined) fields.cause = errorFields(error.cause)
  return fields
}

/** Copies plain objects down to SECRET_DEPTH_MAX levels with the secrets replaced; everything else is kept as it is. */
function hideSecrets(fields: Fields, depth: number): Record<string, unknown> {
  const shown: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(fields)) {
    if (SECRET_NAMES.has(name)) shown[name] = '[secret]'
    else if (depth < SECRET_DEPTH_MAX && isPlainObject(value)) shown[name] = hideSecrets(value, depth + 1)
    else shown[name] = value
  }
  return shown
}

function isPlainObject(value: unknown): value is Fields {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

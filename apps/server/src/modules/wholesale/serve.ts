import { commonErrors, type RouteSpec, type WholesaleScope } from '@quanshu/contract'
import { Refusal } from '@quanshu/kernel'
import type { FastifyRequest } from 'fastify'
import type { z } from 'zod'
import { faultsOf, InvalidInput } from '../../platform/http/index.ts'
import type { Platform } from '../../platform/module.ts'
import { createAdmit } from './admit.ts'
import { masked, noteCall } from './commands/note-call.ts'
import type { OpenKey } from './queries/open-key.ts'

/** @param said what the body says as JSON; undefined when it is none */
type Work<T> = (key: OpenKey, said: unknown) => Promise<T>
export type Serve = <T>(
  raw: FastifyRequest,
  route: RouteSpec,
  scope: WholesaleScope,
  about: { readonly body?: Buffer; readonly outerNo?: string },
  work: Work<T>,
) => Promise<T>

const READ_UNBELIEVED_MAX = 64 * 1024

/** Admits the caller, does the work and notes the call, whichever way it ended. */
export function createServe(platform: Platform): Serve {
  const admit = createAdmit(platform)
  return async (raw, { id }, scope, { body = Buffer.alloc(0), outerNo }, work) => {
    const startedMs = performance.now()
    const operation = id.slice(id.indexOf('.') + 1)
    const numberIn = (value: unknown): string | null => outerNo ?? outerNoOf(value)
    const key = await admit(raw, {
      operation,
      scope,
      body,
      // Reading megabytes as JSON takes a second of everybody's: not for a stranger.
      outerNo: () => numberIn(body.length > READ_UNBELIEVED_MAX ? undefined : jsonOf(body)),
    })
    const said = body.length === 0 ? undefined : jsonOf(body)
    const number = numberIn(said)
    const request = body.length === 0 ? (raw.raw.url ?? '') : masked(said ?? null)
    const note = (end: { readonly status: number; readonly code: string | null; readonly answer: string }) =>
      noteCall(platform, key, {
        operation,
        outerNo: number,
        reason: null,
        ip: raw.ip,
        elapsedMs: performance.now() - startedMs,
        request,
        ...end,
      })
    try {
      const answer = await work(key, said)
      await note({ status: 200, code: null, answer: masked(answer) })
      return answer
    } catch (error) {
      const refusal = error instanceof Refusal ? error : undefined
      const code = refusal?.code ?? 'common.internal'
      await note({ status: refusal?.status ?? 500, code, answer: masked(refusal?.params ?? {}) })
      throw error
    }
  }
}

function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return undefined
  }
}

/** For the log, also of a call that is not believed or not understood. */
function outerNoOf(said: unknown): string | null {
  const no = typeof said === 'object' && said !== null && 'outerNo' in said ? said.outerNo : undefined
  return typeof no === 'string' && /^[\w-]{1,64}$/.test(no) ? no : null
}

/** A body as its schema reads it, once its caller is believed. @throws common.malformed_body, common.invalid_input */
export function bodyOf<S extends z.ZodType>(schema: S, said: unknown, locale: 'zh-CN' | 'en'): z.output<S> {
  if (said === undefined) throw commonErrors.malformedBody()
  const faults = faultsOf(schema, said, locale)
  if (faults.length > 0) {
    throw new InvalidInput(faults.map(({ path, ...fault }) => ({ in: 'body', path: path.join('.'), ...fault })))
  }
  const parsed = schema.parse(said)
  if (!isStorable(parsed)) throw commonErrors.malformedBody()
  return parsed
}

/** PostgreSQL's text holds neither NUL nor half of a pair. */
function isStorable(value: unknown): boolean {
  if (typeof value === 'string') return !value.includes('\0') && value.isWellFormed()
  if (typeof value !== 'object' || value === null) return true
  return Object.entries(value).every(([name, part]) => isStorable(name) && isStorable(part))
}

import { z } from 'zod'
import { BOOKS_CHECK_NAMES } from '../books.ts'
import { route } from '../route.ts'
import { id, idParam, instant, ok, pageOf, pageQuery, requiredText } from '../schemas.ts'

export const BOOKS_RUN_STATES = ['running', 'clean', 'violations', 'failed'] as const
export const BOOKS_VIOLATION_STATES = ['open', 'handled', 'gone'] as const
const SOURCES = ['schedule', 'console', 'cli'] as const

const check = z.enum(BOOKS_CHECK_NAMES)

export const booksRunView = z.object({
  id,
  source: z.enum(SOURCES),
  askedBy: z.string(),
  /** Every row; otherwise what changed since the last clean run and a seventh of the rest. */
  isWhole: z.boolean(),
  state: z.enum(BOOKS_RUN_STATES),
  startedAt: instant,
  finishedAt: instant.nullable(),
  /** Of its checks, how many are through. */
  checksDone: z.int(),
  checksTotal: z.int(),
  /** Rows looked at. */
  checked: z.int(),
  /** Violations met that nobody has handled. */
  found: z.int(),
  error: z.string().nullable(),
})

export const booksProgressView = z.object({
  check,
  /** Of the product's nine; null for the audit chain and the cipher texts. */
  invariant: z.int().nullable(),
  state: z.enum(['waiting', 'running', 'done']),
  isWhole: z.boolean(),
  checked: z.int(),
  found: z.int(),
  steps: z.int(),
  /** Time the database worked for it, and its longest step, in milliseconds. */
  busyMs: z.int(),
  longestMs: z.int(),
})

export const booksViolationView = z.object({
  id,
  check,
  invariant: z.int().nullable(),
  /** A key of `BOOKS_FINDINGS`. */
  code: z.string(),
  what: z.string(),
  todo: z.string(),
  /** The rows it is about, by what they are and their number. Never a code or a phone. */
  objects: z.array(z.object({ kind: z.string(), id: z.string() })),
  params: z.record(z.string(), z.unknown()),
  state: z.enum(BOOKS_VIOLATION_STATES),
  foundAt: instant,
  lastSeenAt: instant,
  handledAt: instant.nullable(),
  handledBy: z.string().nullable(),
  note: z.string().nullable(),
})

const violationFilter = pageQuery.extend({
  check: check.optional(),
  state: z.enum([...BOOKS_VIOLATION_STATES, 'all']).default('open'),
  runId: idParam.optional(),
})
const access = { kind: 'staff', permission: 'books.audit' } as const

export const booksRoutes = {
  overview: route({
    id: 'books.overview',
    method: 'GET',
    path: '/api/console/books',
    summary: 'How the books stand: the run under way, the last one, what is open, since when each check is clean',
    access,
    response: z.object({
      running: booksRunView.nullable(),
      last: booksRunView.nullable(),
      open: z.int(),
      checks: z.array(
        z.object({ check, invariant: z.int().nullable(), cleanSince: instant.nullable(), open: z.int() }),
      ),
    }),
  }),
  listRuns: route({
    id: 'books.listRuns',
    method: 'GET',
    path: '/api/console/books/runs',
    summary: 'Runs of the audit of the books, newest first',
    access,
    query: pageQuery.extend({ state: z.enum(BOOKS_RUN_STATES).optional() }),
    response: pageOf(booksRunView),
  }),
  startRun: route({
    id: 'books.startRun',
    method: 'POST',
    path: '/api/console/books/runs',
    summary: 'Audit the books now; `isWhole` walks every row',
    access,
    body: z.object({ isWhole: z.boolean() }),
    response: booksRunView,
    rateLimit: { max: 6, windowMs: 60_000 },
  }),
  getRun: route({
    id: 'books.getRun',
    method: 'GET',
    path: '/api/console/books/runs/:id',
    summary: 'One run with the progress of its checks',
    access,
    params: z.object({ id: idParam }),
    response: booksRunView.extend({ checks: z.array(booksProgressView) }),
  }),
  listViolations: route({
    id: 'books.listViolations',
    method: 'GET',
    path: '/api/console/books/violations',
    summary: 'What the audits of the books found, newest first',
    access,
    query: violationFilter,
    response: pageOf(booksViolationView),
  }),
  exportViolations: route({
    id: 'books.exportViolations',
    method: 'GET',
    path: '/api/console/books/violations/export',
    summary: 'The list as CSV (UTF-8 with a byte order mark), same filters, at most 100,000 lines',
    access,
    query: violationFilter,
    response: z.unknown(),
    responseKind: 'file',
  }),
  handleViolations: route({
    id: 'books.handleViolations',
    method: 'POST',
    path: '/api/console/books/violations/handle',
    summary: 'Say that open violations were dealt with, and how; a later run that finds other figures opens them again',
    access,
    body: z.object({ ids: z.array(id).min(1).max(200), note: requiredText(500) }),
    response: ok.extend({ handled: z.int() }),
  }),
} as const

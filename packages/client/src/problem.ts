export type FieldError = {
  readonly in: 'params' | 'query' | 'body' | 'headers'
  /** Dotted, e.g. `lines.0.quantity`. */
  readonly path: string
  readonly code: string
  readonly message: string
}

type Told = {
  readonly code: string
  readonly status: number
  readonly detail?: string
  readonly params?: Readonly<Record<string, unknown>>
  readonly errors?: readonly FieldError[]
  readonly requestId?: string
}

/**
 * The one error a call throws. `message` is for the person, in their language; `code` is for programs.
 * Besides the server's codes there are `client.unreachable` (no answer came, `status` 0) and `client.bad_answer`
 * (something between us and the server answered in its place).
 */
export class ProblemError extends Error {
  override readonly name = 'ProblemError'
  readonly code: string
  readonly status: number
  readonly params: Readonly<Record<string, unknown>>
  readonly errors: readonly FieldError[]
  readonly requestId: string | undefined
  constructor(told: Told, options?: ErrorOptions) {
    super(told.detail ?? told.code, options)
    this.code = told.code
    this.status = told.status
    this.params = told.params ?? {}
    this.errors = told.errors ?? []
    this.requestId = told.requestId
  }

  /** Nothing is known of the outcome: the same call may be repeated under the same idempotency key. */
  get isUncertain(): boolean {
    return this.status === 0 || this.status >= 500
  }
}

export const isProblem = (error: unknown, code?: string): error is ProblemError =>
  error instanceof ProblemError && (code === undefined || error.code === code)

export async function problemOf(response: Response): Promise<ProblemError> {
  const told = (await response.json().catch(() => undefined)) as Partial<Told> | undefined
  if (typeof told?.code === 'string') return new ProblemError({ ...told, code: told.code, status: response.status })
  return new ProblemError({ code: 'client.bad_answer', status: response.status })
}

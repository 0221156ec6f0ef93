/**
 * A refusal is an expected "no" with a stable code; it reaches the person as problem+json (RFC 9457).
 * Anything else that is thrown is a bug and answers 500 without detail.
 */
export class Refusal extends Error {
  readonly code: string
  readonly status: number
  readonly params: Readonly<Record<string, unknown>>
  constructor(code: string, status: number, params: Readonly<Record<string, unknown>> = {}) {
    super(code)
    this.name = 'Refusal'
    this.code = code
    this.status = status
    this.params = params
  }
}

/** An invariant of the code itself. A failure is a bug, never a person's mistake. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`assertion failed: ${message}`)
}

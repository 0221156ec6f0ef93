import type { FastifyReply } from 'fastify'

/** Answers that many requests get, with the bytes that are sent once those have been made. */
const shared = new WeakMap<object, Buffer | undefined>()

/**
 * Says that this very object will be the answer of many requests, as what a short memory holds is: it is serialised by the
 * first of them, and the others send the same bytes. Nobody may change it any more. Serialising the page of goods with 20
 * SKUs, and encoding its Chinese text for the socket, cost more than everything else the request does.
 */
export function sharedAnswer<T extends object>(answer: T): T {
  if (!shared.has(answer)) shared.set(answer, undefined)
  return answer
}

/** The bytes of a shared answer; undefined for any other. */
export function bytesOfShared(reply: FastifyReply, answer: unknown): Buffer | undefined {
  if (typeof answer !== 'object' || answer === null || !shared.has(answer)) return undefined
  const known = shared.get(answer)
  if (known) return known
  const bytes = Buffer.from(reply.serialize(answer as Record<string, unknown>) as string)
  shared.set(answer, bytes)
  return bytes
}

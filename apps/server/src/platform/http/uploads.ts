import { type Readable, Transform } from 'node:stream'
import { commonErrors } from '@quanshu/contract'
import type { FastifyRequest } from 'fastify'
import { storableText } from '../db/index.ts'
import type { Upload } from './bind.ts'

/**
 * The raw body as a bounded stream.
 * @throws common.body_too_large at once when the announced length is over the limit; else the stream fails with it.
 */
export function uploadOf(request: FastifyRequest, limitBytes: number): Upload {
  const announced = request.headers['content-length']
  const lengthBytes = announced === undefined ? undefined : Number(announced)
  if (lengthBytes !== undefined && lengthBytes > limitBytes) throw commonErrors.bodyTooLarge({ limitBytes })
  return {
    stream: bounded(request.raw, limitBytes),
    contentType:
      (request.headers['content-type'] ?? 'application/octet-stream').split(';')[0]?.trim().toLowerCase() ?? '',
    fileName: fileNameOf(request.headers['x-file-name']),
    lengthBytes,
  }
}

function bounded(source: Readable, limitBytes: number): Readable {
  let seen = 0
  const counter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      seen += chunk.length
      if (seen > limitBytes) done(commonErrors.bodyTooLarge({ limitBytes }))
      else done(null, chunk)
    },
  })
  // A sender that hangs up half-way: the reader must hear of it, and it is nobody's bug.
  source.on('error', () => counter.destroy(commonErrors.malformedBody()))
  // Also when nobody reads yet, or any more: an error that nobody listens for would end the process. Whoever reads later
  // still meets it.
  counter.on('error', () => undefined)
  return source.pipe(counter)
}

const LINGER_MS = 3_000

/**
 * After an answer that came before the whole body: the rest is read and dropped, because a browser that is cut off
 * while sending never reads why. Whoever sends on and on is cut off all the same.
 */
export function dropRest({ raw }: FastifyRequest): void {
  if (raw.complete) return
  raw.resume()
  const timer = setTimeout(() => raw.destroy(), LINGER_MS).unref()
  raw.once('close', () => clearTimeout(timer))
}

function fileNameOf(header: string | readonly string[] | undefined): string | undefined {
  if (typeof header !== 'string') return undefined
  try {
    const name = storableText(decodeURIComponent(header).split(/[\\/]/).at(-1)?.trim().slice(0, 255) ?? '')
    return name === '' ? undefined : name
  } catch {
    return undefined
  }
}

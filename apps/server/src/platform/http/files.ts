import type { FastifyReply } from 'fastify'
import type { FileReply } from './bind.ts'

export function sendFile(reply: FastifyReply, file: FileReply): FastifyReply {
  void reply
    .type(file.contentType)
    .header('content-disposition', disposition(file))
    .header('cache-control', file.cacheControl ?? 'private, no-store')
  if (file.lengthBytes !== undefined) void reply.header('content-length', file.lengthBytes)
  return reply.send(file.content)
}

/** RFC 6266: a plain name for old clients, the real one as percent-encoded UTF-8. */
export function disposition({ fileName, inline }: Pick<FileReply, 'fileName' | 'inline'>): string {
  const kind = inline ? 'inline' : 'attachment'
  if (fileName === undefined) return kind
  // Path separators, quotes and control characters have no place in a name, whoever chose it.
  const name = fileName.replace(/[[\p{Cc}--[\x80-\x9f]]"\\\/]/gv, '_').toWellFormed()
  const plain = name.replace(/[^\x20-\x7e]/g, '_').replace(/%/g, '_')
  const encoded = encodeURIComponent(name).replace(
    /['()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return `${kind}; filename="${plain}"; filename*=UTF-8''${encoded}`
}

import { isAscii } from 'node:buffer'
import { utf16Of } from './format.ts'
import { LINE_CHARS_MAX, type Row } from './line.ts'

/** Text as rows of one cell: the decoded line, cut just above LINE_CHARS_MAX, so that a line of any size costs no memory. */
export async function* readTextRows(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<readonly Row[]> {
  const decode = createDecoder()
  const lines = createLineSplitter()
  for await (const chunk of bytes)
    yield lines.push(decode.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)))
  yield lines.push(decode.end())
  yield lines.end()
}

/** UTF-16 shows in a file's first bytes or not at all. */
const START_BYTES = 2_048
/** From the first byte that is not ASCII, as much is looked at before UTF-8 and GB18030 are told apart. */
const DECIDE_BYTES = 64 * 1024

/**
 * Decodes UTF-8, UTF-16 or GB18030 (which contains GBK and GB2312), whichever the bytes show. ASCII reads the same in
 * all but UTF-16, so the choice waits for the first other byte and some text after it.
 */
function createDecoder() {
  let decoder: InstanceType<typeof TextDecoder> | undefined
  let undecided: Buffer[] = []
  let undecidedBytes = 0
  let atStart = true

  const take = (): Buffer => {
    const held = Buffer.concat(undecided)
    undecided = []
    undecidedBytes = 0
    return held
  }
  const decide = (): string => {
    const held = take()
    decoder = new TextDecoder((atStart && utf16Of(held)) || (isUtf8(held) ? 'utf-8' : 'gb18030'))
    return decoder.decode(held, { stream: true })
  }

  return {
    push(chunk: Buffer): string {
      if (decoder) return decoder.decode(chunk, { stream: true })
      undecided.push(chunk)
      undecidedBytes += chunk.length
      if (atStart && undecidedBytes < START_BYTES) return ''
      if (!undecided.every(isPlainAscii)) return undecidedBytes < DECIDE_BYTES ? '' : decide()
      atStart = false
      return take().toString('latin1')
    },
    end(): string {
      const tail = decoder ? '' : decide()
      return tail + (decoder?.decode() ?? '')
    },
  }
}

/** A NUL may be UTF-16, so it is no plain ASCII. */
function isPlainAscii(bytes: Buffer): boolean {
  return isAscii(bytes) && !bytes.includes(0)
}

/** True also when the bytes end in the middle of a character. */
function isUtf8(bytes: Buffer): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true })
    return true
  } catch {
    return false
  }
}

function createLineSplitter() {
  let pending = ''
  let lineNo = 0
  let sawReturn = false

  return {
    push(text: string): readonly Row[] {
      if (text === '') return []
      // `\r\n` may be cut between two chunks.
      const from = sawReturn && text.startsWith('\n') ? 1 : 0
      sawReturn = text.endsWith('\r')
      const pieces = text.slice(from).split(/\r\n|\n|\r/)
      const last = pieces.pop() ?? ''
      const rows = pieces.map((piece, at): Row => {
        lineNo += 1
        return { lineNo, cells: [at === 0 ? shorten(pending + piece) : shorten(piece)] }
      })
      pending = shorten(pieces.length === 0 ? pending + last : last)
      return rows
    },
    end(): readonly Row[] {
      if (pending === '') return []
      lineNo += 1
      return [{ lineNo, cells: [pending] }]
    },
  }
}

/** Ends are trimmed later, so a line that is long only by its spaces is still too long; nobody has such cards. */
const shorten = (line: string): string => (line.length > LINE_CHARS_MAX ? line.slice(0, LINE_CHARS_MAX + 1) : line)

import { Readable } from 'node:stream'
import pg from 'pg'

/** What the server sends while it copies itself, in order. */
export type Message =
  /** The copy begins: where its log starts, and about how many bytes will come. */
  | { readonly kind: 'start'; readonly lsn: string; readonly timeline: number; readonly bytes: number }
  /** A tar archive begins: the data folder; or a tablespace, which the embedded server has none of. */
  | { readonly kind: 'archive'; readonly name: string }
  | { readonly kind: 'manifest' }
  /** Bytes of what began last. */
  | { readonly kind: 'data'; readonly bytes: Buffer }
  /** The copy is whole when the log up to here is replayed. */
  | { readonly kind: 'end'; readonly lsn: string }

/**
 * An online copy of a whole running server, by the replication protocol's BASE_BACKUP, which is what pg_basebackup
 * speaks. The server itself leaves out what does not belong into a copy, checks every page, adds the log that makes the
 * copy whole, and says the SHA-256 of each file. A temporary slot keeps that log from being removed meanwhile; it goes
 * with the session.
 * @param options.rateKb at most so many kB/s
 */
export async function* baseBackup(options: {
  /** Of a role that may replicate. */
  readonly adminUrl: string
  readonly label: string
  readonly rateKb?: number
}): AsyncGenerator<Message> {
  const url = new URL(options.adminUrl)
  url.searchParams.set('replication', 'true')
  const client = new pg.Client({ connectionString: url.href, application_name: 'quanshu backup' })
  // The stream below reports what breaks.
  client.on('error', () => undefined)
  await client.connect()
  try {
    // This little language knows its words in capitals only.
    await client.query(`CREATE_REPLICATION_SLOT quanshu_backup_${process.pid} TEMPORARY PHYSICAL RESERVE_WAL`)
    const words = [
      `label '${options.label}'`,
      'progress true',
      "checkpoint 'fast'",
      'wal true',
      // The log is inside, so nothing depends on the archive.
      'wait false',
      "manifest 'yes'",
      "manifest_checksums 'SHA256'",
      ...(options.rateKb === undefined ? [] : [`max_rate ${options.rateKb}`]),
    ]
    const copy = client.query(new CopyOut(`BASE_BACKUP (${words.join(', ')})`))
    client.once('end', () => copy.destroy(new Error('the database ended the connection')))
    yield* copy.messages
  } finally {
    await client.end().catch(() => undefined)
  }
}

/** Small enough for memory, large enough to keep the disk busy: messages of up to 64 kB. */
const MESSAGES_AHEAD = 64

/** One BASE_BACKUP in the simple query protocol: result sets, a copy, and a result set. `pg` knows only what a query is. */
class CopyOut {
  readonly messages: Readable & AsyncIterable<Message>
  #connection: pg.Connection | undefined
  #row: readonly (string | null)[] = []
  #results = 0
  #start: { readonly lsn: string; readonly timeline: number } | undefined
  readonly #text: string

  constructor(text: string) {
    this.#text = text
    this.messages = new Readable({
      objectMode: true,
      highWaterMark: MESSAGES_AHEAD,
      read: () => this.#connection?.stream.resume(),
    })
  }

  submit(connection: pg.Connection): void {
    this.#connection = connection
    connection.query(this.#text)
  }

  destroy(error: Error): void {
    if (!this.messages.readableEnded) this.messages.destroy(error)
  }

  handleRowDescription(): void {
    this.#row = []
  }

  handleDataRow({ fields }: { readonly fields: readonly (string | null)[] }): void {
    this.#row = fields
  }

  /** Three result sets: start of the log; tablespaces with their sizes, of which the last is the data folder; its end. */
  handleCommandComplete(): void {
    this.#results += 1
    const [first, second, third] = this.#row
    if (this.#results === 1) this.#start = { lsn: String(first), timeline: Number(second) }
    else if (this.#results === 2 && this.#start)
      this.#push({ kind: 'start', ...this.#start, bytes: Number(third) * 1024 })
    else if (this.#results === 3) this.#push({ kind: 'end', lsn: String(first) })
  }

  handleCopyData({ chunk }: { readonly chunk: Buffer }): void {
    const [type] = chunk
    // The parser uses its buffer again.
    if (type === 0x64) this.#push({ kind: 'data', bytes: Buffer.from(chunk.subarray(1)) })
    else if (type === 0x6e) this.#push({ kind: 'archive', name: chunk.subarray(1, chunk.indexOf(0, 1)).toString() })
    else if (type === 0x6d) this.#push({ kind: 'manifest' })
    // 'p' is progress, which we count ourselves.
  }

  handleReadyForQuery(): void {
    this.messages.push(null)
  }

  handleError(error: Error): void {
    this.destroy(error)
  }

  #push(message: Message): void {
    if (!this.messages.push(message)) this.#connection?.stream.pause()
  }
}

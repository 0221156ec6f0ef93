import pg from 'pg'
import type { Log } from '../log/index.ts'

/**
 * The job runner's own connections. When a connection dies at the moment the library stops listening on it, the library
 * gives it back twice, and nobody catches what the driver throws then: the process would end. Here the second time means
 * nothing.
 */
export function openJobPool(connectionString: string, max: number, log: Log): pg.Pool {
  const pool = new pg.Pool({ connectionString, max, keepAlive: true })
  const lost = (error: Error) => log.warn({ err: error }, 'a connection of the job runner was lost')
  pool.on('error', lost)
  pool.on('connect', (client) => void client.on('error', lost))
  const connect = pool.connect.bind(pool)
  const connectOnce = async (): Promise<pg.PoolClient> => {
    const client = await connect()
    const release = client.release.bind(client)
    let isBack = false
    client.release = (error) => {
      if (isBack) return
      isBack = true
      release(error)
    }
    return client
  }
  pool.connect = ((callback?: Parameters<typeof connect>[0]) =>
    callback === undefined ? connectOnce() : connect(callback)) as typeof pool.connect
  return pool
}

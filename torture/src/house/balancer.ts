import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

/** The shop's one address in front of the API processes: connections in turn, past processes that refuse them. */
export type Balancer = { readonly url: string; readonly port: number; readonly close: () => Promise<void> }

/**
 * Knows nothing of HTTP, as the cheapest balancers do: a process that was stopped still gets its share, and a connection
 * ends with the process behind it.
 */
export async function startBalancer(ports: () => readonly number[]): Promise<Balancer> {
  const open = new Set<Socket>()
  let turn = 0
  const server = createServer((incoming) => {
    incoming.on('error', () => incoming.destroy())
    remember(incoming)
    turn += 1
    const all = ports()
    pass(incoming, [...all.slice(turn % all.length), ...all.slice(0, turn % all.length)])
  })
  const remember = (socket: Socket): void => {
    open.add(socket)
    socket.once('close', () => open.delete(socket))
  }
  const pass = (incoming: Socket, [port, ...others]: readonly number[]): void => {
    if (port === undefined || incoming.destroyed) return void incoming.destroy()
    const outgoing = connect(port, '127.0.0.1')
    outgoing.once('error', () => (outgoing.readyState === 'open' ? incoming.destroy() : pass(incoming, others)))
    outgoing.once('connect', () => {
      outgoing.removeAllListeners('error')
      outgoing.on('error', () => incoming.destroy())
      remember(outgoing)
      incoming.pipe(outgoing).pipe(incoming)
      incoming.once('close', () => outgoing.destroy())
      outgoing.once('close', () => incoming.destroy())
    })
  }
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { readonly port: number }
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    async close() {
      for (const socket of open) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

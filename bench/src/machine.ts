import os from 'node:os'
import pg from 'pg'
import type { System } from './system.ts'

/** What a figure cannot be read without. */
export type MachineFacts = Readonly<Record<string, string>>

/** @throws when the database does not promise what it commits: such figures would mean nothing */
export async function machineFacts(system: System, loadAtStart: number): Promise<MachineFacts> {
  const client = new pg.Client({ connectionString: system.ownerUrl })
  await client.connect()
  const setting = async (name: string): Promise<string> => {
    const { rows } = await client.query<{ value: string }>('select current_setting($1) as value', [name])
    return rows[0]?.value ?? ''
  }
  const [version, fsync, commit] = [
    await setting('server_version'),
    await setting('fsync'),
    await setting('synchronous_commit'),
  ]
  await client.end()
  if (fsync !== 'on' || commit !== 'on') throw new Error(`fsync is ${fsync}, synchronous_commit is ${commit}`)
  return {
    cores: `${os.availableParallelism()} (${os.cpus()[0]?.model.trim() ?? 'unknown'})`,
    memory: `${Math.round(os.totalmem() / 1024 ** 3)} GB`,
    node: process.version,
    postgresql: `${version}, fsync ${fsync}, synchronous_commit ${commit}`,
    'load average at start': loadAtStart.toFixed(2),
    date: new Date().toISOString(),
  }
}

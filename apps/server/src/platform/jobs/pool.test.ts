import { pino } from 'pino'
import { expect, test } from 'vitest'
import { testPlatform } from '../../../test/harness/index.ts'
import { openJobPool } from './pool.ts'

const { ownerUrl } = await testPlatform()

test('a connection that died and is given back twice is gone once, and the pool goes on', async ({
  onTestFinished,
}) => {
  const pool = openJobPool(ownerUrl, 1, pino({ level: 'silent' }))
  onTestFinished(() => pool.end())
  const client = await pool.connect()
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
  const other = openJobPool(ownerUrl, 1, pino({ level: 'silent' }))
  onTestFinished(() => other.end())
  await other.query('select pg_terminate_backend($1)', [rows[0]?.pid])
  await expect(client.query('select 1')).rejects.toThrow()
  client.release(new Error('lost'))
  expect(() => client.release()).not.toThrow()
  expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }])
})

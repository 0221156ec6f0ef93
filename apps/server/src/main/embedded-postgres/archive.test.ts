import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, describe, expect, test } from 'vitest'
import { archiveCommand, fetchCommand } from './archive.ts'

// A name that a shell and the server would both misread.
const scratch = mkdtempSync(join(tmpdir(), "quanshu 'log' 100%f-"))
const archive = join(scratch, 'archive')
mkdirSync(archive)
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

/** As the server runs it: its own marks replaced, by sh, in the cluster's folder. */
function run(command: string, file: string, path: string): number | null {
  const marks: Readonly<Record<string, string>> = { '%f': file, '%p': path, '%%': '%' }
  const text = command.replace(/%[fp%]/g, (mark) => marks[mark] ?? mark)
  return spawnSync('/bin/sh', ['-c', text], { cwd: scratch, stdio: 'ignore' }).status
}

const SEGMENT = '0000000100000000000000A1'
const put = (text: string): void => writeFileSync(join(scratch, 'segment'), text)

describe('the archive command', () => {
  test('keeps a segment whole, and gives it back', () => {
    put('first content')
    expect(run(archiveCommand(archive), SEGMENT, 'segment')).toBe(0)
    expect(readdirSync(archive)).toEqual([`${SEGMENT}.gz`])
    expect(gunzipSync(readFileSync(join(archive, `${SEGMENT}.gz`))).toString()).toBe('first content')
    expect(run(fetchCommand(archive), SEGMENT, 'fetched')).toBe(0)
    expect(readFileSync(join(scratch, 'fetched'), 'utf8')).toBe('first content')
  })

  test('repeated with the same segment it is content, with another it fails and changes nothing', () => {
    put('first content')
    expect(run(archiveCommand(archive), SEGMENT, 'segment')).toBe(0)
    put('other content')
    expect(run(archiveCommand(archive), SEGMENT, 'segment')).not.toBe(0)
    expect(gunzipSync(readFileSync(join(archive, `${SEGMENT}.gz`))).toString()).toBe('first content')
  })

  test('what a crash left half written is replaced', () => {
    const next = '0000000100000000000000A2'
    writeFileSync(join(archive, `${next}.part`), 'half')
    put('second content')
    expect(run(archiveCommand(archive), next, 'segment')).toBe(0)
    expect(readdirSync(archive)).toEqual([`${SEGMENT}.gz`, `${next}.gz`])
  })

  test('fails when the archive is away, so that the server keeps the segment', () => {
    expect(run(archiveCommand(join(scratch, 'away')), SEGMENT, 'segment')).not.toBe(0)
    expect(run(fetchCommand(archive), '0000000100000000000000FF', 'fetched-too')).not.toBe(0)
  })
})

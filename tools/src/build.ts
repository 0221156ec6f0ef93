import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { type FrontEnd, stampFrontEnd } from '../../apps/server/src/main/front-ends.ts'

/** `npm run build [console|mall]`: the front ends' files, as `npm start` would build them itself. */

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const FRONT_ENDS: readonly FrontEnd[] = ['console', 'mall']

const asked = process.argv.slice(2)
const unknown = asked.find((name) => !FRONT_ENDS.some((one) => one === name))
if (unknown !== undefined) throw new Error(`no front end ${unknown}; there are ${FRONT_ENDS.join(' and ')}`)

for (const name of FRONT_ENDS.filter((one) => asked.length === 0 || asked.includes(one))) {
  execFileSync('npm', ['run', 'build', '-w', `apps/${name}`], { cwd: ROOT, stdio: 'inherit' })
  await stampFrontEnd(name)
}

import { wordmark, wordWidth as wordWidthOf } from './lettering.ts'
import { MARKS, type MarkName } from './marks.ts'

/** How a goods' picture looks. Colours as `#rrggbb`. */
export type Art = {
  readonly mark: MarkName
  /** Latin name, A-Z. */
  readonly word: string
  /** `card` a membership card, `ticket` a voucher, `tile` an app. */
  readonly form: 'card' | 'ticket' | 'tile'
  /** Background from light to deep. */
  readonly sky: readonly [string, string]
  /** The object from light to deep. */
  readonly body: readonly [string, string]
  readonly accent: string
  readonly texture: 'rings' | 'dots' | 'waves' | 'rays'
}

const SIDE = 960

/** A square picture as SVG: shapes only, no fonts, filters or outside references. */
export function drawArt(art: Art): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${SIDE} ${SIDE}" width="${SIDE}" height="${SIDE}">
<defs>
<linearGradient id="sky" x1="0" y1="0" x2="1" y2="1"><stop offset="0" stop-color="${art.sky[0]}"/><stop offset="1" stop-color="${art.sky[1]}"/></linearGradient>
<linearGradient id="body" x1="0" y1="0" x2="1" y2="1"><stop offset="0" stop-color="${art.body[0]}"/><stop offset="1" stop-color="${art.body[1]}"/></linearGradient>
<radialGradient id="glow"><stop offset="0" stop-color="#fff" stop-opacity=".55"/><stop offset="1" stop-color="#fff" stop-opacity="0"/></radialGradient>
<radialGradient id="shade"><stop offset="0" stop-color="#0b1020" stop-opacity=".3"/><stop offset=".6" stop-color="#0b1020" stop-opacity=".1"/><stop offset="1" stop-color="#0b1020" stop-opacity="0"/></radialGradient>
<linearGradient id="shine" x1="0" y1="0" x2="1" y2="1"><stop offset="0" stop-color="#fff" stop-opacity=".34"/><stop offset=".45" stop-color="#fff" stop-opacity=".05"/><stop offset="1" stop-color="#fff" stop-opacity="0"/></linearGradient>
<clipPath id="edge"><path d="${OUTLINES[art.form]}"/></clipPath>
</defs>
<rect width="${SIDE}" height="${SIDE}" fill="url(#sky)"/>
<circle cx="220" cy="170" r="520" fill="url(#glow)"/>
${TEXTURES[art.texture]}
<ellipse cx="490" cy="760" rx="400" ry="86" fill="url(#shade)"/>
${art.form === 'tile' ? '' : behind(art)}
<g transform="translate(480 476) rotate(${art.form === 'tile' ? 0 : -7})">${front(art)}</g>
</svg>`
}

/** Outlines around the origin. */
const OUTLINES: Readonly<Record<Art['form'], string>> = {
  card: 'M-298 -200H298A42 42 0 0 1 340 -158V158A42 42 0 0 1 298 200H-298A42 42 0 0 1 -340 158V-158A42 42 0 0 1 -298 -200Z',
  ticket:
    'M-304 -186H110A34 34 0 0 0 178 -186H304A36 36 0 0 1 340 -150V150A36 36 0 0 1 304 186H178A34 34 0 0 0 110 186H-304A36 36 0 0 1 -340 150V-150A36 36 0 0 1 -304 -186Z',
  tile: 'M-120 -262H120A142 142 0 0 1 262 -120V120A142 142 0 0 1 120 262H-120A142 142 0 0 1 -262 120V-120A142 142 0 0 1 -120 -262Z',
}

const behind = ({ form, accent }: Art): string =>
  `<g transform="translate(500 470) rotate(9)"><path d="${OUTLINES[form]}" fill="${accent}"/><path d="${OUTLINES[form]}" fill="url(#shine)"/></g>`

function front(art: Art): string {
  const outline = OUTLINES[art.form]
  return `${[8, 16, 26, 38].map((y) => `<path d="${outline}" transform="translate(0 ${y}) scale(${1 - y / 900})" fill="#0b1020" fill-opacity=".06"/>`).join('')}
<path d="${outline}" fill="url(#body)"/>
<g clip-path="url(#edge)">${watermark(art)}<path d="${outline}" fill="url(#shine)"/></g>
<path d="${outline}" fill="none" stroke="#fff" stroke-opacity=".32" stroke-width="2.5"/>
${FACES[art.form](art)}`
}

/** The mark again, large and cropped by the edge. */
function watermark({ form, mark, body }: Art): string {
  if (form === 'tile')
    return `<circle cx="-150" cy="-190" r="330" fill="#fff" fill-opacity=".1"/><circle cx="210" cy="260" r="250" fill="#fff" fill-opacity=".08"/>`
  return `<g transform="translate(206 66) scale(4.3)" opacity=".13">${MARKS[mark]('#ffffff', body[1])}</g>`
}

const FACES: Readonly<Record<Art['form'], (art: Art) => string>> = {
  card: ({ mark, word, body, accent }) =>
    `<g transform="translate(-224 -92) scale(1.3)">${MARKS[mark]('#ffffff', body[0])}</g>
${wordmark(word, { x: -284, y: 84, height: 40, color: '#ffffff' })}
<g fill="#fff" fill-opacity=".6">${[0, 1, 2].map((n) => `<rect x="${-284 + n * 74}" y="150" width="${n === 2 ? 28 : 56}" height="7" rx="3.5"/>`).join('')}</g>
<g transform="translate(214 -148)"><rect width="78" height="58" rx="13" fill="${accent}"/><path d="M0 20H24M0 38H24M54 20H78M54 38H78M24 0V58M54 0V58" fill="none" stroke="#0b1020" stroke-opacity=".28" stroke-width="3"/></g>`,
  ticket: ({ mark, word, body }) =>
    `<path d="M144 -134V138" stroke="#fff" stroke-opacity=".6" stroke-width="5" stroke-dasharray="2 18" stroke-linecap="round"/>
<g transform="translate(-218 -74) scale(1.3)">${MARKS[mark]('#ffffff', body[0])}</g>
${wordmark(word, { x: -284, y: 74, height: 38, color: '#ffffff' })}
<g fill="#fff" fill-opacity=".6"><rect x="-284" y="138" width="150" height="7" rx="3.5"/><rect x="-122" y="138" width="44" height="7" rx="3.5"/></g>
<g transform="translate(240 0)" fill="#fff" fill-opacity=".88">${barcode()}</g>`,
  tile: ({ mark, word, body }) =>
    `<g transform="translate(0 -44) scale(2.5)">${MARKS[mark]('#ffffff', body[1])}</g>
${centred(word)}`,
}

function centred(word: string): string {
  const height = 36
  const limit = 380
  const natural = wordWidthOf(word, height)
  const fitted = natural > limit ? (height * limit) / natural : height
  return wordmark(word, { x: -wordWidthOf(word, fitted) / 2, y: 150, height: fitted, color: '#ffffff' })
}

function barcode(): string {
  const widths = [8, 4, 12, 4, 4, 10, 6, 4, 12, 4, 8, 4, 6, 12, 4]
  let y = -112
  return widths
    .map((height) => {
      const stripe = `<rect x="-34" y="${y}" width="68" height="${height}" rx="1.5"/>`
      y += height + 7.6
      return stripe
    })
    .join('')
}

const TEXTURES: Readonly<Record<Art['texture'], string>> = {
  rings: `<g fill="none" stroke="#fff" stroke-opacity=".16" stroke-width="2">${[160, 250, 340, 430, 520, 610].map((r) => `<circle cx="800" cy="150" r="${r}"/>`).join('')}</g>`,
  dots: `<g fill="#fff" fill-opacity=".2">${grid(13, (x, y) => `<circle cx="${54 + x * 71}" cy="${54 + y * 71}" r="${2 + ((x + y) % 3)}"/>`)}</g>`,
  waves: `<g fill="none" stroke="#fff" stroke-opacity=".17" stroke-width="2.5">${[...Array(9).keys()].map((n) => `<path d="M-20 ${100 + n * 96}C180 ${20 + n * 96} 300 ${190 + n * 96} 490 ${104 + n * 96}S800 ${24 + n * 96} 1000 ${110 + n * 96}"/>`).join('')}</g>`,
  rays: `<g fill="#fff" fill-opacity=".07">${[...Array(12).keys()].map((n) => `<path d="M480 476L${480 + 900 * Math.cos((n * Math.PI) / 6)} ${476 + 900 * Math.sin((n * Math.PI) / 6)}L${480 + 900 * Math.cos((n * Math.PI) / 6 + 0.26)} ${476 + 900 * Math.sin((n * Math.PI) / 6 + 0.26)}Z"/>`).join('')}</g>`,
}

function grid(side: number, draw: (x: number, y: number) => string): string {
  return [...Array(side * side).keys()].map((n) => draw(n % side, Math.floor(n / side))).join('')
}

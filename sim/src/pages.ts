/** Text for HTML: every value that came from outside goes through here. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`)
}

const formatBeijing = new Intl.DateTimeFormat('sv-SE', {
  timeZone: 'Asia/Shanghai',
  dateStyle: 'short',
  timeStyle: 'medium',
})

/** `2026-11-22 09:30:05`, as people in China read it. */
export function beijingTime(atMs: number): string {
  return formatBeijing.format(new Date(atMs))
}

/** The page around the two inboxes: readable on a phone, follows the system's light or dark. */
export function inboxPage(title: string, content: string, refreshSeconds?: number): string {
  const refresh = refreshSeconds === undefined ? '' : `<meta http-equiv="refresh" content="${refreshSeconds}">`
  return `<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">${refresh}<title>${escapeHtml(title)}</title><style>
:root{color-scheme:light dark;--line:light-dark(#e5e7eb,#333);--soft:light-dark(#6b7280,#9ca3af);--card:light-dark(#fff,#1c1c1e)}
body{font:15px/1.6 system-ui,"PingFang SC","Microsoft YaHei",sans-serif;max-width:46rem;margin:0 auto;padding:1.25rem 1rem;background:light-dark(#f5f6f8,#111)}
h1{font-size:1.15rem;margin:.2rem 0 1rem}form{display:flex;gap:.5rem;margin-bottom:1rem}
input{flex:1;padding:.55rem .75rem;border:1px solid var(--line);border-radius:.5rem;background:var(--card);color:inherit;font:inherit}
button{padding:.55rem 1rem;border:0;border-radius:.5rem;background:#1f5eff;color:#fff;font:inherit}
article{background:var(--card);border:1px solid var(--line);border-radius:.75rem;padding:.8rem 1rem;margin-bottom:.75rem;overflow-wrap:anywhere}
small,.soft{color:var(--soft)}b.code{font-size:1.25rem;letter-spacing:.12em}a{color:#1f5eff}p{margin:.35rem 0}
iframe{width:100%;height:60vh;border:1px solid var(--line);border-radius:.5rem;background:#fff}
</style></head><body><h1>${escapeHtml(title)}</h1>${content}</body></html>`
}

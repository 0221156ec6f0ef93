export type ChartColours = {
  readonly ink: string
  readonly line: string
  readonly accent: string
  readonly second: string
  readonly quiet: string
  readonly panel: string
}

export const coloursOf = (dark: boolean): ChartColours =>
  dark
    ? {
        ink: 'rgba(255,255,255,.55)',
        line: '#262b34',
        accent: '#4c7dff',
        second: '#3fb98b',
        quiet: 'rgba(255,255,255,.35)',
        panel: '#1d2129',
      }
    : {
        ink: 'rgba(0,0,0,.5)',
        line: '#eceef1',
        accent: '#1d4ed8',
        second: '#0f9d6b',
        quiet: 'rgba(0,0,0,.3)',
        panel: '#fff',
      }

const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })

/** Yuan on an axis: short, so that it leaves room for the curve. */
export function shortYuan(yuan: number): string {
  const size = Math.abs(yuan)
  const words = size >= 10_000 ? `¥${Number((size / 1000).toFixed(1))}k` : `¥${whole.format(size)}`
  return yuan < 0 ? `-${words}` : words
}

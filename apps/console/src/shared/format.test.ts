import i18next from 'i18next'
import { beforeEach, describe, expect, it } from 'vitest'
import {
  formatBytes,
  formatDuration,
  formatHao,
  formatMoney,
  formatSeconds,
  formatTime,
  formatWait,
  fromWall,
  toWall,
} from './format.ts'

describe('format', () => {
  beforeEach(async () => {
    await i18next.init({ lng: 'en', resources: {} })
  })

  it('shows an instant on the clock of the shop, wherever the person sits', () => {
    expect(formatTime('2026-11-22T16:00:05Z')).toBe('2026-11-23 00:00:05')
    expect(formatTime('2026-11-22T09:30:00+08:00')).toBe('2026-11-22 09:30:00')
  })

  it('reads back from a date picker the instant it was given', () => {
    expect(fromWall(toWall('2026-11-22T16:00:05Z'))).toBe('2026-11-23T00:00:05+08:00')
  })

  it('writes fen as yuan with thousands, below zero too', () => {
    expect(formatMoney(0)).toBe('¥0.00')
    expect(formatMoney(123_456_789)).toBe('¥1,234,567.89')
    expect(formatMoney(-5)).toBe('-¥0.05')
  })

  it('writes sizes and durations in the unit a person would', () => {
    expect([formatBytes(0), formatBytes(1536), formatBytes(512 * 1024 * 1024)]).toEqual(['0 B', '1.5 KB', '512.0 MB'])
    expect([0, 86, 1534, 12_340].map(formatDuration)).toEqual(['< 1 ms', '86 ms', '1.53 s', '12.3 s'])
    expect([0, 999, 1534].map(formatWait)).toEqual(['< 1 s', '< 1 s', '1.53 s'])
  })

  it('writes hao as yuan with as many decimals as a supplier quotes', () => {
    expect([980_000, 981_250, 123_456_789, -5, 0].map((hao) => formatHao(hao))).toEqual([
      '¥98.00',
      '¥98.125',
      '¥12,345.6789',
      '-¥0.0005',
      '¥0.00',
    ])
    expect(formatHao(70_000, 'USD')).toBe('USD 7.00')
  })

  it('says how long an arrival took', () => {
    expect([0.84, 12.3, 99.6, 250, 120, 7_500].map(formatSeconds)).toEqual([
      '0.8 s',
      '12 s',
      '100 s',
      '4 min 10 s',
      '2 min',
      '2 h 5 min',
    ])
  })
  it('says times in the language of the person', async () => {
    await i18next.changeLanguage('zh-CN')
    expect([0, 86, 1534].map(formatDuration)).toEqual(['< 1 毫秒', '86 毫秒', '1.53 秒'])
    expect([30, 250, 7_500].map(formatSeconds)).toEqual(['30 秒', '4 分 10 秒', '2 小时 5 分'])
    expect(formatWait(0)).toBe('< 1 秒')
  })
})

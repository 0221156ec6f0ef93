import { type GoodsInput, goodsInput } from '@quanshu/contract'
import sharp from 'sharp'
import type { z } from 'zod'

/** Goods as an editor would send them; say only what matters to the test. */
export function someGoods(differences: Partial<z.input<typeof goodsInput>> = {}): GoodsInput {
  return goodsInput.parse({ title: '星河视频会员', skus: [{ title: '月卡', priceFen: 1990 }], ...differences })
}

/** A real picture file. */
export async function somePicture(
  format: 'jpeg' | 'png' | 'gif' | 'webp' | 'avif',
  { width = 900, height = 600, background = '#3366cc' }: { width?: number; height?: number; background?: string } = {},
): Promise<Buffer> {
  return await sharp({ create: { width, height, channels: 3, background } })
    .toFormat(format)
    .toBuffer()
}

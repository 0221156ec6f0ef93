import { defineErrors } from './define.ts'

export const tenancyErrors = defineErrors('tenancy', {
  unknownShop: { status: 404, zh: '没有这家店铺，请核对网址', en: 'There is no shop at this address' },
  shopClosed: { status: 503, zh: '店铺暂停营业', en: 'This shop is closed at the moment' },
  slugTaken: { status: 409, zh: '店铺标识「{slug}」已被使用', en: 'The short name “{slug}” is taken' },
  domainTaken: { status: 409, zh: '域名「{domain}」已被使用', en: 'The domain “{domain}” is taken' },
  badSlug: {
    status: 422,
    zh: '店铺标识只能用小写字母、数字和短横线，2 到 40 个字符',
    en: 'A short name has 2 to 40 lower-case letters, digits and hyphens',
  },
})

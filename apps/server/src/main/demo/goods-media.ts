import { type DemoGoods, description, guide, guideEn, terms, variants } from './goods-shapes.ts'

/** Video, music and audiobooks of the demo shop. */
export const mediaGoods: readonly DemoGoods[] = [
  {
    title: '星幕视频 会员卡',
    titleEn: 'Xingmu Video membership',
    subtitle: '院线新片、独播剧集，免广告看全集',
    subtitleEn: 'New films and exclusive series, without ads',
    category: '视频会员',
    tags: ['热卖', '秒发'],
    position: 100,
    art: {
      mark: 'xingmu',
      word: 'XINGMU',
      form: 'card',
      sky: ['#d4dcff', '#5b5bd6'],
      body: ['#6d6ff5', '#2f2a85'],
      accent: '#f7b23b',
      texture: 'rings',
    },
    description: description('一张卡，看遍星幕全部会员内容。', [
      '1080P 高清，支持手机、平板、电脑',
      '2 台设备同时观看',
      '会员抢先看、会员专享片库',
      '到期不自动续费，用多少买多少',
    ]),
    descriptionEn: description('One card for the whole Xingmu library.', [
      '1080p on phone, tablet and computer',
      'Two devices at the same time',
      'Early access and members-only titles',
      'No automatic renewal',
    ]),
    guide: guide('星幕视频 App', '我的 → 会员中心 → 兑换会员', [
      '可叠加时长，已是会员也能用。',
      '请在有效期（购买后 180 天）内兑换。',
    ]),
    guideEn: guideEn('the Xingmu app', 'Me → Membership → Redeem', [
      'Terms add up; members can redeem too.',
      'Redeem within 180 days of purchase.',
    ]),
    skus: terms([19.9, 53, 178], [25, 68, 238], 'XM'),
  },
  {
    title: '星幕视频 会员直充',
    titleEn: 'Xingmu Video top-up',
    subtitle: '填手机号直接到账，不用兑换',
    subtitleEn: 'Straight onto your account, nothing to redeem',
    category: '视频会员',
    tags: ['热卖', '新品'],
    position: 90,
    art: {
      mark: 'xingmu',
      word: 'XINGMU',
      form: 'card',
      sky: ['#dff3ec', '#2f9e78'],
      body: ['#3fbf94', '#145c46'],
      accent: '#f7b23b',
      texture: 'rays',
    },
    description: description('输入星幕账号绑定的手机号，付款后自动充值。', [
      '通常几十秒到账，订单页实时显示进度',
      '可为家人朋友代充',
      '账号有误时由客服联系更正或退款',
    ]),
    descriptionEn: description('Enter the phone number of the Xingmu account; it is topped up once you have paid.', [
      'Usually there within a minute; the order page shows how it goes on',
      'For family and friends too',
      'If the account is wrong, support corrects it with you or refunds',
    ]),
    guide: `## 怎么查看

1. 打开 **星幕视频 App**，登录充值的账号。
2. 进入 **我的 → 会员中心**，查看到期时间。

## 注意

- 充值成功后无法撤回，下单前请核对账号。
- 已是会员的账号，时长自动顺延。`,
    guideEn: `## Where to see it

1. Open the **Xingmu app** with the account that was topped up.
2. **Me → Membership** shows until when it runs.

## Please note

- A top-up cannot be taken back; check the account before you order.
- Terms add up for accounts that are members already.`,
    formFields: [
      {
        key: 'account',
        labelZh: '充值手机号',
        labelEn: 'Phone number of the account',
        type: 'phone',
        hintZh: '星幕账号绑定的手机号',
        hintEn: 'The number the Xingmu account is bound to',
        confirmTwice: true,
      },
    ],
    skus: [
      {
        title: '月卡直充',
        titleEn: 'Monthly',
        specs: { 时长: '1 个月' },
        kind: 'topup',
        laterDays: 30,
        priceFen: 1990,
        marketPriceFen: 3000,
        lowStockAt: null,
        codes: { pattern: '', count: 0, costFen: 0 },
      },
    ],
  },
  {
    title: '星幕视频 老账号代办',
    titleEn: 'Xingmu Video, upgraded by hand',
    subtitle: '客服为您办理，适合不能直充的老账号',
    subtitleEn: 'Done by our staff, for accounts that cannot be topped up',
    category: '视频会员',
    tags: [],
    position: 75,
    art: {
      mark: 'xingmu',
      word: 'XINGMU',
      form: 'card',
      sky: ['#f3ece0', '#b98a4a'],
      body: ['#d9a65a', '#6a431b'],
      accent: '#fff1cf',
      texture: 'rays',
    },
    description: description('付款后由客服为您办理，完成后附上凭证；一般 2 小时内完成，开始办理前可随时取消。', [
      '适合绑定了旧手机号、不能自助直充的账号',
      '信息填错时会请您更正，等待期间不计入时限',
      '完成后在订单页查看凭证',
    ]),
    descriptionEn: description(
      'Once you have paid, our staff does it for you and shows you the proof, usually within two hours. Until somebody begins you may cancel.',
      [
        'For accounts bound to an old phone number, which cannot be topped up',
        'If something is mistyped we ask you, and the time does not count',
        'The proof is on your order page',
      ],
    ),
    guide: `## 怎么查看

1. 完成后打开订单页，查看 **完成凭证**。
2. 打开 **星幕视频 App**，进入 **我的 → 会员中心** 核对到期时间。`,
    guideEn: `## Where to see it

1. When it is done, the **proof** is on your order page.
2. **Me → Membership** in the **Xingmu app** shows until when it runs.`,
    formFields: [
      {
        key: 'phone',
        labelZh: '会员手机号',
        labelEn: 'Phone number of the account',
        type: 'phone',
        confirmTwice: true,
      },
    ],
    skus: [
      {
        title: '年卡代充',
        titleEn: 'A year',
        specs: { 时长: '12 个月' },
        kind: 'service',
        priceFen: 15800,
        marketPriceFen: 19800,
        lowStockAt: null,
        codes: { pattern: '', count: 0, costFen: 0 },
      },
    ],
  },
  {
    title: '流明影院 4K 家庭会员',
    titleEn: 'Liuming Cinema 4K family plan',
    subtitle: '电视大屏 4K HDR，全家 5 个账号',
    subtitleEn: '4K HDR on the big screen, five profiles',
    category: '视频会员',
    tags: ['家庭礼包', '节日送礼'],
    position: 70,
    art: {
      mark: 'liuming',
      word: 'LIUMING',
      form: 'card',
      sky: ['#ffe3d3', '#e0633f'],
      body: ['#3a3f55', '#14161f'],
      accent: '#ff7a4d',
      texture: 'rays',
    },
    description: description('把客厅变成影厅。', [
      '4K HDR 与全景声',
      '5 个家庭账号，4 台设备同时看',
      '青少年模式与观看时长管理',
    ]),
    descriptionEn: description('Turn the living room into a cinema.', [
      '4K HDR and spatial sound',
      'Five profiles, four screens at once',
      'Parental controls',
    ]),
    guide: guide('流明影院（电视端或 App）', '账号 → 兑换码', [
      '家庭主账号兑换后，邀请家人加入即可。',
      '电视端需 3.0 以上版本。',
    ]),
    guideEn: guideEn('Liuming Cinema on TV or phone', 'Account → Redeem code', [
      'The owner redeems, then invites the family.',
      'TVs need version 3.0 or newer.',
    ]),
    skus: terms([35, 96, 328], [45, 128, 448], 'LM'),
  },
  {
    title: '蓝鹊音乐 无损会员',
    titleEn: 'Lanque Music lossless',
    subtitle: '无损音质、离线下载、无广告',
    subtitleEn: 'Lossless, offline, no ads',
    category: '音乐听书',
    tags: ['热卖', '秒发', '学生党'],
    position: 95,
    art: {
      mark: 'lanque',
      word: 'LANQUE',
      form: 'card',
      sky: ['#cdeffd', '#2a7fb8'],
      body: ['#2f9fe0', '#0d3c78'],
      accent: '#7ee0d2',
      texture: 'waves',
    },
    description: description('两千万首，听得见细节。', ['24bit 无损与空间音频', '不限量离线下载', '会员专属电台']),
    descriptionEn: description('Twenty million songs, every detail.', [
      '24-bit lossless and spatial audio',
      'Unlimited downloads',
      'Members-only radio',
    ]),
    guide: guide('蓝鹊音乐 App', '侧边栏 → 会员 → 使用兑换码', ['与连续包月互不影响，时长顺延。']),
    guideEn: guideEn('the Lanque app', 'Menu → Membership → Use a code', ['Adds to a running subscription.']),
    skus: terms([12.8, 35, 118], [18, 48, 168], 'LQ'),
  },
  {
    title: '回声听书 畅听卡',
    titleEn: 'Huisheng audiobook pass',
    subtitle: '通勤路上听完一本好书',
    subtitleEn: 'Finish a good book on your commute',
    category: '音乐听书',
    tags: ['新品'],
    position: 40,
    art: {
      mark: 'huisheng',
      word: 'HUISHENG',
      form: 'card',
      sky: ['#ffe0ec', '#c2417c'],
      body: ['#e0548f', '#6b1d4d'],
      accent: '#ffc5a1',
      texture: 'rings',
    },
    description: description('名家演播，章章不断。', [
      '十万小时有声书与播客',
      '倍速、定时、断点续听',
      '车载与手表端同步',
    ]),
    descriptionEn: description('Read by the best voices.', [
      '100,000 hours of books and podcasts',
      'Speed, timer, resume',
      'In the car and on the watch',
    ]),
    guide: guide('回声听书 App', '我的 → 兑换中心', ['个别单独付费的新书不在范围内。']),
    guideEn: guideEn('the Huisheng app', 'Me → Redeem', ['A few new titles are sold separately.']),
    skus: [
      ...terms([15, 39.9, 129], [20, 55, 188], 'HS'),
      ...variants('HSW#-@@@@-@@@@', [['周卡 积分换购', 'Week, with points', 4.9, null, 80]], { pricePoints: 500 }),
    ],
  },
]

/** A copy of a profile to be changed: with an id and names of its own, everything else as it stands. */
export function copyOf(source: string, named: (name: string) => string): string {
  const profile = JSON.parse(source) as Record<string, unknown>
  const { id, nameZh, nameEn } = profile
  return `${JSON.stringify(
    {
      ...profile,
      id: `${String(id).slice(0, 26)}-own`,
      nameZh: named(String(nameZh)).slice(0, 40),
      nameEn: named(String(nameEn)).slice(0, 80),
    },
    null,
    2,
  )}\n`
}

/** What the trial draws its form from; undefined while the text is no JSON. */
export type Draft = {
  readonly id: string
  readonly nameZh: string
  readonly nameEn: string
  readonly baseUrl: string
  readonly identityZh: string
  readonly identityEn: string
  readonly settings: readonly {
    readonly key: string
    readonly nameZh: string
    readonly nameEn: string
    readonly secret: boolean
    readonly choices: readonly string[]
  }[]
  readonly operations: readonly string[]
  readonly hasCallback: boolean
}

const OPERATIONS = ['place', 'placeCards', 'ask', 'balance', 'products', 'product', 'checkAccount', 'cancel']

export function draftOf(source: string): Draft | undefined {
  try {
    const profile = JSON.parse(source) as Record<string, unknown>
    const text = (value: unknown): string => (typeof value === 'string' ? value : '')
    const settings = Array.isArray(profile.settings) ? (profile.settings as Record<string, unknown>[]) : []
    return {
      id: text(profile.id),
      nameZh: text(profile.nameZh),
      nameEn: text(profile.nameEn),
      baseUrl: text(profile.baseUrl),
      identityZh: text(profile.identityZh),
      identityEn: text(profile.identityEn),
      settings: settings.flatMap((one) =>
        typeof one?.key === 'string'
          ? [
              {
                key: one.key,
                nameZh: text(one.nameZh),
                nameEn: text(one.nameEn),
                secret: one.secret === true,
                choices: Array.isArray(one.choices) ? one.choices.map(String) : [],
              },
            ]
          : [],
      ),
      operations: OPERATIONS.filter((name) => typeof profile[name] === 'object'),
      hasCallback: typeof profile.callback === 'object',
    }
  } catch {
    return undefined
  }
}

import { defineMessages, useText } from './index.ts'

const text = defineMessages('builtInRoles', {
  owner: ['店主', 'Owner'],
  operator: ['运营', 'Operator'],
  support: ['客服', 'Support'],
  finance: ['财务', 'Finance'],
})

type Role = { readonly name: string; readonly builtIn: keyof typeof text.keys | null }

/** Roles that come with every shop are called in the language of the reader; the shop's own as it named them. */
export function useRoleName(): (role: Role) => string {
  const t = useText(text)
  return ({ name, builtIn }) => (builtIn === null ? name : t(builtIn))
}

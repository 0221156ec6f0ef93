import type { PaymentMethod } from '../../shared/api/types.ts'
import { takes, useMethodNote } from '../../shared/ui/method-note.tsx'
import { MethodRadios } from '../../shared/ui/method-radios.tsx'

/** The gateways of the shop, each with what it adds. */
export function MethodChoice({
  methods,
  amountFen,
  chosen,
  onChoose,
}: {
  readonly methods: readonly PaymentMethod[] | undefined
  readonly amountFen: number
  readonly chosen: string | undefined
  readonly onChoose: (gateway: string) => void
}) {
  const noteOf = useMethodNote()
  return (
    <MethodRadios
      methods={methods}
      chosen={chosen}
      canUse={(method) => takes(method, amountFen)}
      noteOf={(method) => noteOf(method, amountFen)}
      onChoose={onChoose}
    />
  )
}

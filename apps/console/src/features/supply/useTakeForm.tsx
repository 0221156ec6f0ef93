import { Tag } from 'antd'
import { useAction } from '../../shared/api/hooks.ts'
import { call } from '../../shared/api/index.ts'
import { useBoth, useText } from '../../shared/i18n/index.ts'
import { useConfirmDanger } from '../../shared/parts/danger.tsx'
import { useMay } from '../../shared/session.tsx'
import type { BuyerField, Supply } from './offers.ts'
import { sourceText } from './sourceText.ts'

const FIELDS_MAX = 10

/**
 * Puts what suppliers ask for into the goods' form, through the goods' own route: the goods are read first, so that what a
 * colleague has changed meanwhile stays.
 * @param onTaken the whole form as it is then
 */
export function useTakeForm(supply: Supply, onTaken: (formFields: readonly BuyerField[]) => void) {
  const t = useText(sourceText)
  const both = useBoth()
  const may = useMay()
  const confirm = useConfirmDanger()
  const update = useAction('catalog.updateGoods', {
    showProblem: false,
    refresh: ['catalog.', 'suppliers.readSkuSupply'],
    done: t('taken'),
  })
  const save = async (wanted: readonly BuyerField[]) => {
    const goods = await call('catalog.getGoods', { params: { id: supply.goodsId } })
    const formFields = [
      ...goods.formFields,
      ...wanted.filter(({ key }) => !goods.formFields.some((field) => field.key === key)),
    ]
    const pictureIds = goods.pictures.map(({ id }) => id)
    await update.run({ params: { id: goods.id }, body: { ...goods, pictureIds, formFields } })
    onTaken(formFields)
  }
  const ask = (wanted: readonly BuyerField[]) =>
    confirm({
      title: t('takeForm'),
      object: `${supply.goodsTitle} / ${supply.skuTitle}`,
      consequence: t('takeFormText'),
      danger: false,
      extra: (
        <p style={{ display: 'flex', flexWrap: 'wrap', gap: 6 }}>
          {wanted.map((field) => (
            <Tag key={field.key}>{both(field.labelZh, field.labelEn)}</Tag>
          ))}
        </p>
      ),
      onConfirm: () => save(wanted),
    })
  const full = (wanted: number) => supply.formFields.length + wanted > FIELDS_MAX
  const refusal = !may('goods.write') ? t('needGoodsWrite') : full(1) ? t('takeFormFull') : undefined
  return { ask, button: { refusal } }
}

import { ShopOutlined } from '@ant-design/icons'
import { App, Button, Form } from 'antd'
import { useMemo } from 'react'
import { useNavigate, useParams } from 'react-router'
import { useAction, useRead } from '../../shared/api/hooks.ts'
import { type Output, tenantRoot } from '../../shared/api/index.ts'
import { commonText } from '../../shared/i18n/common.ts'
import { useText } from '../../shared/i18n/index.ts'
import { StateTag } from '../../shared/parts/StateTag.tsx'
import { useMay } from '../../shared/session.tsx'
import { FormPage } from '../../shared/templates/FormPage.tsx'
import { BasicsSection } from './BasicsSection.tsx'
import { BuyerFormSection } from './BuyerFormSection.tsx'
import { GoodsMenu } from './GoodsMenu.tsx'
import { PriceChanges } from './PriceChanges.tsx'
import { Problems } from './Problems.tsx'
import { RulesSection } from './RulesSection.tsx'
import { SkuSection } from './SkuSection.tsx'
import { TextsSection } from './TextsSection.tsx'
import { goodsText } from './text.ts'
import { useShelf } from './useShelf.tsx'
import { editorPath, emptyGoods, type GoodsValues, inputOf, valuesOf } from './values.ts'

type Detail = Output<'catalog.getGoods'>

/** One goods: new under `/goods/new`, else the one of the address. */
export function GoodsEditorPage() {
  const { id } = useParams()
  return id === undefined ? <NewGoods /> : <ExistingGoods key={id} id={Number(id)} />
}

function NewGoods() {
  const t = useText(goodsText)
  const initial = useMemo(emptyGoods, [])
  const navigate = useNavigate()
  const create = useAction('catalog.createGoods', {
    showProblem: false,
    refresh: ['catalog.', 'setup.'],
    done: t('created'),
  })
  const save = (shelf: 'draft' | 'on') => async (values: GoodsValues) => {
    const { id } = await create.run({ body: { ...inputOf(values), shelf } })
    // After this form has noticed that it is saved, so that leaving asks nothing.
    setTimeout(() => void navigate(`/goods/${id}`, { replace: true }))
  }
  return (
    <FormPage<GoodsValues>
      title={t('create')}
      back="/goods"
      initial={initial}
      onSave={save('on')}
      saveText={t('saveAndPutOn')}
      fieldOf={editorPath}
      extraActions={(submit) => <Button onClick={() => void submit(save('draft'))}>{t('saveDraft')}</Button>}
    >
      <EditorBody />
    </FormPage>
  )
}

function ExistingGoods({ id }: { readonly id: number }) {
  const t = useText(goodsText)
  const may = useMay()
  const { data, error, refetch } = useRead('catalog.getGoods', { params: { id } })
  const initial = useMemo(() => (data ? valuesOf(data) : undefined), [data])
  const { message } = App.useApp()
  const common = useText(commonText)
  const update = useAction('catalog.updateGoods', { showProblem: false, refresh: ['catalog.', 'setup.'] })
  const save = async (values: GoodsValues) => {
    await update.run({ params: { id }, body: { ...inputOf(values), version: values.version } })
    void message.success(common('saved'))
  }
  const locked = !may('goods.write') ? t('readOnly') : data?.state === 'archived' ? t('archivedLock') : undefined
  return (
    <FormPage<GoodsValues>
      title={data?.title ?? t('edit')}
      back="/goods"
      tags={data && <StateTag kind="shelf" state={data.shelf} />}
      actions={data && <Actions goods={data} />}
      initial={initial}
      error={error}
      onRetry={() => void refetch()}
      onSave={save}
      locked={locked}
      fieldOf={editorPath}
    >
      <EditorBody goods={data} />
    </FormPage>
  )
}

function EditorBody({ goods }: { readonly goods?: Detail | undefined }) {
  return (
    <>
      <Form.Item name="version" hidden>
        <input type="hidden" />
      </Form.Item>
      {goods && <Problems problems={goods.problems} />}
      <div className="columns">
        <div className="span-8 stack">
          <BasicsSection />
          <SkuSection goods={goods} />
          <TextsSection />
          <BuyerFormSection />
        </div>
        <div className="span-4 stack">
          <RulesSection />
          {goods && <PriceChanges goods={goods} />}
        </div>
      </div>
    </>
  )
}

function Actions({ goods }: { readonly goods: Detail }) {
  const t = useText(goodsText)
  const common = useText(commonText)
  const may = useMay()
  const shelf = useShelf()
  const one = [{ id: goods.id, title: goods.title }]
  const visit = goods.shelf === 'selling' && (
    <Button icon={<ShopOutlined />} href={`${tenantRoot}goods/${goods.id}`} target="_blank">
      {t('visit')}
    </Button>
  )
  if (!may('goods.write')) return visit
  return (
    <>
      {visit}
      {goods.state === 'on' && <Button onClick={() => shelf.takeOff(one)}>{t('takeOff')}</Button>}
      {(goods.state === 'draft' || goods.state === 'off') && (
        <Button type="primary" ghost onClick={() => shelf.putOn(one)}>
          {t('putOn')}
        </Button>
      )}
      <GoodsMenu goods={goods}>
        <Button>{common('more')}</Button>
      </GoodsMenu>
    </>
  )
}

// Plain JavaScript, because it has to run on the Node that cannot run the rest.
const major = Number(process.versions.node.split('.')[0])
if (major < 24) {
  console.error(
    `Quanshu needs Node 24 or newer and this is ${process.version}; run npm ci again (it brings Node 24 on Linux and Windows), or install Node 24.`,
  )
  process.exit(1)
}

/** 'ok', or the code of the refusal, here or over HTTP. What failed without a code is thrown on. */
export const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'ok',
    (error: unknown) =>
      error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : Promise.reject(error),
  )

import { describe, expect, it } from 'vitest'
import { findProgram, ProgramMissing } from './find-program.ts'

describe('finding a program', () => {
  it('answers the path of the first that is there', () => {
    expect(findProgram(['no-such-program', 'sh'], 'dash')).toMatch(/\/sh$/)
  })

  it('a missing one is answered with the command that installs it', () => {
    const finding = () => findProgram(['no-such-program', 'nor-this'], 'some-package')
    expect(finding).toThrow(ProgramMissing)
    expect(finding).toThrow('no-such-program or nor-this is not installed here')
    expect(finding).toThrow('apt-get install -y some-package')
  })
})

// Runs a model in a page: the form that is there, the drawing in the place of the still, and the clock.

import { clock } from './clock.js'
import { listenToParts } from './parts.js'
import { create, patch } from './patch.js'
import { watchPresence } from './presence.js'
import { defaultsOf, fill, fromQuery, settingOf, settingsOf, showValue, textsOf, toQuery } from './settings.js'
import { speaker } from './speech.js'

/** @typedef {import('./tree.js').Tree} Tree */
/** @typedef {import('./settings.js').Settings} Settings */

/**
 * @typedef {{ type: 'tick' } | { type: 'set', name: string, value: number | boolean | string } | { type: 'do', name: string }
 *   | import('./parts.js').PartEvent} ModelEvent
 *
 * What a view shows of a state: the drawing, the outputs of the form by name, and a sentence about the newest important event.
 *
 * @typedef {{ drawing: Tree, outputs: { [name: string]: string }, says?: string }} Shown
 */

/**
 * A model. `tick` is the milliseconds of a tick at speed 1, `pace` says so if time is scaled, `stride` is how many ticks a step has.
 *
 * @template State
 * @typedef {{ tick: number, pace?: string, stride?: number, initial: (settings: any, seed: number) => State,
 *   step: (state: State, event: any) => State, view: (state: State) => Shown,
 *   still: { settings: Settings, seed: number, ticks: number, events?: { at: number, type: string, name?: string, value?: unknown, on?: string }[] },
 * }} Definition
 */

/** After the reader has used a model, a screen reader says what happens in it for so long. Milliseconds. */
const attention = 10_000

/** Where motion is not wanted, a running model is drawn this often. Milliseconds. */
const calmFrame = 1000

/**
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name
 * @param {object} properties
 * @param {(Node | string)[]} content
 */
const make = (name, properties, ...content) => {
  const element = Object.assign(document.createElement(name), properties)
  element.append(...content)
  return element
}

/**
 * The state of the still: where the run of a page begins, so that nothing changes when it replaces the still.
 *
 * @template State
 * @param {Definition<State>} definition
 */
export const stillState = ({ initial, step, still }) => {
  let state = initial({ ...still.settings }, still.seed)
  for (let tick = 0; tick < still.ticks; tick += 1) {
    for (const { at, ...event } of still.events ?? []) if (at === tick) state = step(state, event)
    state = step(state, { type: 'tick' })
  }
  return state
}

/**
 * @template State
 * @param {HTMLElement} element a `graven-model`
 * @param {Definition<State>} definition
 */
export const mount = (element, definition) => {
  const { tick, pace, stride = 1, initial, step, view, still } = definition
  const image = /** @type {HTMLImageElement | null} */ (element.querySelector('.still'))
  // It runs already.
  if (!image) return
  const form = /** @type {HTMLFormElement} */ (element.querySelector('form'))
  const bar = /** @type {HTMLElement} */ (element.querySelector('.clock'))
  const outputs = /** @type {NodeListOf<HTMLOutputElement>} */ (element.querySelectorAll('output[name]'))
  const calm = matchMedia('(prefers-reduced-motion: reduce)')
  const defaults = defaultsOf(form)
  const address = `#${element.id}:`
  let seed = still.seed
  let isPlaying = !calm.matches
  let hasFailed = false
  let drawnAt = 0
  let usedAt = -attention

  /** @param {string} text @param {() => void} onclick */
  const button = (text, onclick) => make('button', { type: 'button', onclick }, text)

  // The state and its drawing. The run begins where the still is, unless the reader has set something before the script was there.

  fill(form, textsOf(form))
  const settings = settingsOf(form)
  const isAsDrawn = Object.entries(settings).every(([name, value]) => still.settings[name] === value)
  let state = isAsDrawn ? stillState(definition) : initial(settings, seed)
  let tree = view(state).drawing
  const drawing = /** @type {SVGSVGElement} */ (create(tree))
  drawing.setAttribute('role', 'group')
  // The caption: what the still shows passes.
  drawing.setAttribute('aria-label', element.previousSibling?.textContent ?? image.alt)
  drawing.setAttribute('tabindex', '-1')

  const announcement = make('p', { className: 'spoken', role: 'status' })
  const say = speaker(announcement, () => performance.now() - usedAt < attention || element.matches(':focus-within'))

  const draw = () => {
    const shown = view(state)
    const focused = document.activeElement
    patch(drawing, tree, shown.drawing)
    tree = shown.drawing
    // A part that moves among its siblings loses the focus, and one that goes leaves it to the drawing.
    if (focused !== document.activeElement) {
      const next = /** @type {SVGElement} */ (drawing.contains(focused) ? focused : drawing)
      next.focus({ preventScroll: true })
    }
    for (const output of outputs) {
      const text = shown.outputs[output.name] ?? ''
      if (output.value === text) continue
      output.value = text
      output.classList.toggle('broken', text.startsWith('✕'))
    }
    drawnAt = performance.now()
    say(shown.says ?? '')
  }

  const problem = make('div', { role: 'alert' })
  /** @param {() => void} action */
  const attempt = (action) => {
    try {
      if (!hasFailed) action()
    } catch (error) {
      hasFailed = true
      bar.append(problem)
      problem.textContent = `Stopped: ${error}`
      console.error(error)
      follow()
    }
  }

  /**
   * What the reader does.
   *
   * @param {() => void} action
   */
  const use = (action) =>
    attempt(() => {
      usedAt = performance.now()
      action()
      draw()
    })

  /** @param {ModelEvent} event */
  const send = (event) =>
    use(() => {
      state = step(state, event)
    })

  /** @param {number} ticks */
  const run = (ticks) => {
    for (let done = 0; done < ticks; done += 1) state = step(state, { type: 'tick' })
  }

  const restart = () => {
    hasFailed = false
    problem.remove()
    use(() => {
      state = initial(settingsOf(form), seed)
    })
    follow()
  }

  // The clock: it runs while the reader wants it to and sees it.

  const time = clock(tick, (ticks, now) => {
    if (!isSeen()) follow()
    if (!ticks) return
    attempt(() => {
      run(ticks)
      if (!calm.matches || now - drawnAt >= calmFrame) draw()
    })
  })

  const isSeen = watchPresence(element, () => follow())
  const follow = () => {
    player.textContent = isPlaying ? 'Pause' : 'Run'
    if (isPlaying && !hasFailed && isSeen()) time.start()
    else time.stop()
  }

  /** @param {boolean} plays */
  const play = (plays) => {
    isPlaying = plays
    follow()
    attempt(draw)
  }

  const player = button('Run', () => play(!isPlaying))
  const speeds = make('select', { id: element.id + '-speed', ariaLabel: 'Speed' })
  for (const name of '¼½124') speeds.append(new Option(name + '×'))
  speeds.selectedIndex = 2
  speeds.onchange = () => {
    time.speed = 2 ** (speeds.selectedIndex - 2)
  }
  const copier = button('Copy link', async () => {
    const query = toQuery(textsOf(form), defaults, seed === still.seed ? undefined : seed)
    window.history.replaceState(null, '', address + query)
    // Without TLS there is no clipboard, but the link is the address of the page now.
    const isCopied = await navigator.clipboard?.writeText(location.href).then(() => true, () => false)
    announcement.textContent = copier.textContent = isCopied ? 'Copied' : 'In address bar'
    setTimeout(() => {
      copier.textContent = 'Copy link'
    }, 2000)
  })

  bar.append(
    player,
    button('Step', () => {
      play(false)
      use(() => run(stride))
    }),
    speeds,
    button('Restart', restart),
    button('New seed', () => {
      seed = 1 + Math.floor(Math.random() * 9999)
      restart()
    }),
    button('Defaults', () => {
      if (location.hash.startsWith(address)) window.history.replaceState(null, '', address.slice(0, -1))
      set('')
    }),
    copier,
  )
  if (pace) bar.append(make('small', {}, pace))

  // Settings: from the form, from presets, from links.

  /** @param {string} query */
  const set = (query) => {
    const { texts, seed: given, events } = fromQuery(query, defaults)
    seed = given ?? still.seed
    fill(form, defaults)
    fill(form, texts)
    restart()
    for (const name of events) send({ type: name.includes(':') ? 'touch' : 'do', name })
  }

  form.addEventListener('submit', (event) => event.preventDefault())
  form.addEventListener('input', ({ target }) => {
    const input = /** @type {HTMLInputElement} */ (target)
    if (!input.name) return
    showValue(input)
    send({ type: 'set', name: input.name, value: settingOf(input) })
  })
  form.addEventListener('click', ({ target }) => {
    const name = /** @type {Element} */ (target).closest('button')?.name
    if (name) send({ type: 'do', name })
  })

  /** Sets what the address of the page says, if it is about this model. */
  const setByAddress = () => {
    if (!location.hash.startsWith(address)) return
    isPlaying = true
    set(location.hash.slice(address.length))
  }

  draw()
  listenToParts(drawing, send)
  image.replaceWith(drawing)
  element.append(announcement)
  // An output is a live region, and would be read with every tick.
  for (const output of form.querySelectorAll('output')) output.ariaLive = 'off'

  calm.addEventListener('change', () => play(!calm.matches))
  addEventListener('hashchange', setByAddress)
  setByAddress()
  follow()
}

// One labelled field of a form: text, number, choice, switch or a block of text.
// What a person types stays in the browser until the server says otherwise.
export default {
  template: `
    <div :class="['field', kind, {faulty: error}]">
      <label v-if="kind !== 'switch'" :for="name">{{ label }}<span v-if="needed" class="needed"> (needed)</span></label>
      <select v-if="kind === 'choice'" :id="name" v-model="typed" @change="tell" :aria-describedby="about"
              :aria-invalid="!!error">
        <option v-for="c in shown" :value="c" :key="c">{{ c === '' ? empty : c }}</option>
      </select>
      <textarea v-else-if="kind === 'block'" :id="name" v-model="typed" @input="soon" @change="tell" :rows="rows"
                spellcheck="false" autocapitalize="off" :aria-describedby="about" :aria-invalid="!!error"></textarea>
      <label v-else-if="kind === 'switch'" class="check"><input type="checkbox" :id="name" v-model="on"
                @change="tell" :aria-describedby="about"><span>{{ label }}</span></label>
      <input v-else type="text" :id="name" v-model="typed" @change="tell" @input="soon" :placeholder="example"
             :list="choices.length ? name + '-list' : null" :inputmode="kind === 'whole' ? 'numeric' : null"
             autocomplete="off" autocapitalize="off" spellcheck="false" :aria-describedby="about"
             :aria-invalid="!!error">
      <datalist v-if="choices.length && kind !== 'choice'" :id="name + '-list'">
        <option v-for="c in choices" :value="c" :key="c"></option>
      </datalist>
      <p v-if="hint" class="hint" :id="name + '-hint'">{{ hint }}</p>
      <p v-if="error" class="error" :id="name + '-error'">{{ error }}</p>
    </div>`,
  props: {
    name: String, label: String, kind: String, value: String, hint: String, error: String,
    example: String, empty: String, needed: Boolean, rows: Number, wait: Number, stamp: Number,
    choices: { type: Array, default: () => [] },
  },
  data() {
    return { typed: this.value ?? "", on: this.value === "true", told: this.value ?? "", timer: null };
  },
  computed: {
    about() {
      const parts = [this.hint && this.name + "-hint", this.error && this.name + "-error"];
      return parts.filter(Boolean).join(" ") || null;
    },
    shown() {
      return this.choices.includes(this.typed) ? this.choices : [this.typed, ...this.choices];
    },
  },
  watch: {
    value(now) { this.take(now); },
    stamp() { this.take(this.value); },
  },
  methods: {
    take(now) {
      if (this.timer) return; // a person is typing; their text is told first
      this.typed = now ?? "";
      this.told = this.typed;
      this.on = now === "true";
    },
    tell() {
      clearTimeout(this.timer);
      this.timer = null;
      const now = this.kind === "switch" ? String(this.on) : this.typed;
      if (now === this.told) return;
      this.told = now;
      this.$emit("told", now);
    },
    soon() {
      if (!this.wait) return;
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.tell(), this.wait);
    },
  },
};

// A native slider over named positions: works with mouse, touch and arrow keys.
export default {
  template: `
    <div class="field slider">
      <label :for="id">{{ label }}: {{ names[at] }}</label>
      <input type="range" :id="id" min="0" :max="names.length - 1" step="1" v-model.number="at"
             :aria-valuetext="names[at]" @input="$emit('told', at)" style="width: 100%; min-height: 40px">
    </div>`,
  props: { label: String, names: Array, value: Number },
  data() {
    return { at: this.value, id: "slider-" + Math.random().toString(36).slice(2) };
  },
};

/** The whole of ECharts in one file: its many files together take seven times as long to load. */
declare module 'echarts/dist/echarts.esm.min.mjs' {
  export * from 'echarts'
}

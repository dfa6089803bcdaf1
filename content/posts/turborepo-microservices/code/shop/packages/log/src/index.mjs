export const log = (...fields) => console.log(JSON.stringify(fields));

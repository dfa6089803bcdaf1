export const SITE_TITLE = 'Night sky';
export const SITE_DESCRIPTION = 'What was seen, and when.';

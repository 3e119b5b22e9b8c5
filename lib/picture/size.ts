/** Pixels of a picture: what chat programs show without cutting anything off. */
export const PICTURE_SIZE = { width: 1_200, height: 630 };

/** Fixtures that a picture has room for, and one more. */
export const PICTURE_FIXTURES = 6;

/** For so long one picture is given to all who ask for the same. */
export const PICTURE_SECONDS = 15;

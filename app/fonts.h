/* Fonts of the window: assets/fonts.conf above those of the system. Called once, before GTK
 * starts, from main. A FONTCONFIG_FILE that is set already is kept. */
#pragma once

void bh_fonts_start(void);

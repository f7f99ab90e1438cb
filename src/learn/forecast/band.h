/* SPDX-License-Identifier: Apache-2.0 */
/* learn/forecast/band.h -- how far the truth will be from a forecast, with the chance that was asked for.
 *
 *      |truth - forecast| of the last 365 forecasts for this step ahead ─▶ width: their (1 - alpha) quantile
 *      missed too often: alpha falls, the band widens;   too seldom: it rises
 *
 * One band a step ahead, because errors grow with it. Split conformal prediction (V. Vovk et al., 2005) holds for any
 * distribution as long as it stays; adaptive conformal inference (I. Gibbs, E. Candès, 2021) keeps the coverage when
 * it does not. A state holds no pointer and may be copied. Cost of a width: sorting what is kept. */
#ifndef GN_LEARN_FORECAST_BAND_H
#define GN_LEARN_FORECAST_BAND_H

#include <stdbool.h>
#include <stdint.h>

enum { GN_BAND_ERRORS_MAX = 365 };

struct gn_band {
    double errors[GN_BAND_ERRORS_MAX]; /* absolute; a ring */
    double alpha;                      /* in force, around `wanted` */
    double wanted;                     /* the share of truths that may be outside */
    uint32_t count;
    uint32_t next;
};

void gn_band_init(struct gn_band *band, double alpha);
/* Half the band's width; infinite while so few errors are known that none would be wide enough. */
double gn_band_width(const struct gn_band *band);
/* The truth came `error` from the forecast. Widths from here on know it. */
void gn_band_learn(struct gn_band *band, double error);
/* Any bytes: true when the state could have come from here. */
bool gn_band_valid(const struct gn_band *band);

#endif

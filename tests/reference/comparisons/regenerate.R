# Truth for comparisons of groups. Rscript regenerate.R [folder]: writes groups.json there (default: here).
# Packages: base R, rstatix (Games-Howell, Dunn), effectsize (g, V: its formulas; limits are found again below because
# effectsize stops its search at about 1e-7), multilevel, lme4, survey, vcd.
suppressMessages({library(jsonlite); library(rstatix)})
out <- commandArgs(TRUE); out <- if (length(out)) out[1] else "."
tight <- function(f, a, b) uniroot(f, c(a, b), tol = 1e-13)$root
t_limits <- function(t, df) c(tight(function(d) pt(t, df, d) - .975, -37, 37), tight(function(d) pt(t, df, d) - .025, -37, 37))
pos_limits <- function(p) c(if (p(0) <= .975) 0 else tight(function(d) p(d) - .975, 0, 2000),
                            if (p(0) <= .025) 0 else tight(function(d) p(d) - .025, 0, 2000))
J <- function(df) exp(lgamma(df / 2) - lgamma((df - 1) / 2)) / sqrt(df / 2)

g_pair <- function(a, b) {
  n <- length(a); m <- length(b); v <- var(a); w <- var(b)
  se <- sqrt(v / n + w / m); df <- se^4 / ((v / n)^2 / (n - 1) + (w / m)^2 / (m - 1)); s <- sqrt((v + w) / 2)
  dfs <- (n - 1) * (m - 1) * (v + w)^2 / ((m - 1) * v^2 + (n - 1) * w^2)
  d <- mean(a) - mean(b); lim <- t_limits(d / se, df) * se / s * J(dfs)
  sp <- sqrt(((n - 1) * v + (m - 1) * w) / (n + m - 2)); h <- sqrt(1 / n + 1 / m)
  limp <- t_limits(d / (sp * h), n + m - 2) * h * J(n + m - 2)
  tt <- t.test(a, b)
  list(t = unname(tt$statistic), df = unname(tt$parameter), p = tt$p.value, low = tt$conf.int[1], high = tt$conf.int[2],
       g = J(dfs) * d / s, g_low = lim[1], g_high = lim[2], gp = J(n + m - 2) * d / sp, gp_low = limp[1], gp_high = limp[2])
}
means_case <- function(y, g) {
  w <- oneway.test(y ~ g); a <- summary(aov(y ~ g))[[1]]; n <- length(y)
  F <- a$`F value`[1]; d1 <- a$Df[1]; d2 <- a$Df[2]; W <- unname(w$statistic); e2 <- unname(w$parameter[2])
  lim <- pos_limits(function(d) pf(F, d1, d2, d)); limw <- pos_limits(function(d) pf(W, d1, e2, d))
  gh <- as.data.frame(games_howell_test(data.frame(y, g), y ~ g, detailed = TRUE))
  lv <- levels(g); pr <- combn(lv, 2)
  pairs <- lapply(seq_len(ncol(pr)), function(i) c(list(first = pr[1, i], second = pr[2, i]),
                                                   g_pair(y[g == pr[1, i]], y[g == pr[2, i]])))
  p <- sapply(pairs, `[[`, "p"); tq <- sapply(pairs, `[[`, "t"); df <- sapply(pairs, `[[`, "df"); k <- length(lv)
  list(y = y, g = as.character(g), welch = c(W, w$parameter, w$p.value), classic = c(F, d1, d2, a$`Pr(>F)`[1]),
       eta2 = d1 * F / (d1 * F + d2), omega2 = d1 * (F - 1) / (d1 * (F - 1) + n), limits = lim / (lim + n),
       omega2_welch = d1 * (W - 1) / (d1 * (W - 1) + n), limits_welch = limw / (limw + n), pairs = pairs,
       holm = p.adjust(p, "holm"), bh = p.adjust(p, "BH"), gh_p = ptukey(abs(tq) * sqrt(2), k, df, lower.tail = FALSE),
       gh_half = qtukey(.95, k, df) * abs((sapply(pairs, `[[`, "high") - sapply(pairs, `[[`, "low")) / 2 / qt(.975, df)) / sqrt(2),
       rstatix_p = gh$p.adj)
}
ranks_case <- function(y, g) {
  h <- kruskal.test(y, g); d <- as.data.frame(dunn_test(data.frame(y, g), y ~ g, p.adjust.method = "holm"))
  lim <- pos_limits(function(x) pchisq(unname(h$statistic), unname(h$parameter), x)); lv <- levels(g); pr <- combn(lv, 2)
  sup <- apply(pr, 2, function(x) unname(wilcox.test(y[g == x[1]], y[g == x[2]], exact = FALSE)$statistic) / sum(g == x[1]) / sum(g == x[2]))
  list(y = y, g = as.character(g), h = unname(h$statistic), df = unname(h$parameter), p = h$p.value,
       epsilon2 = unname(h$statistic) / (length(y) - 1), limits = pmin(lim / (length(y) - 1), 1),
       z = -d$statistic, p_pair = d$p, holm = d$p.adj, bh = p.adjust(d$p, "BH"), superiority = sup)   # rstatix: second minus first
}
table_case <- function(x) {
  c2 <- suppressWarnings(chisq.test(x, correct = FALSE)); n <- sum(x); k <- min(dim(x)) - 1
  lim <- pos_limits(function(d) pchisq(unname(c2$statistic), unname(c2$parameter), d)); r <- nrow(x); c <- ncol(x)
  phi <- max(0, unname(c2$statistic) / n - (r - 1) * (c - 1) / (n - 1)); kk <- min(r - (r - 1)^2 / (n - 1), c - (c - 1)^2 / (n - 1)) - 1
  set.seed(1); sim <- chisq.test(x, simulate.p.value = TRUE, B = 200000)$p.value
  list(counts = unname(as.matrix(unclass(x))), chi2 = unname(c2$statistic), df = unname(c2$parameter), p = c2$p.value,
       v = sqrt(unname(c2$statistic) / n / k), limits = sqrt(lim / n / k), v_corrected = sqrt(phi / kk),
       effectsize_v = effectsize::cramers_v(x, adjust = FALSE, ci = .95, alternative = "two.sided")[[1]],
       expected = unname(as.matrix(unclass(c2$expected))), residuals = unname(as.matrix(unclass(c2$residuals))), stdres = unname(as.matrix(unclass(c2$stdres))),
       holm = as.numeric(p.adjust(2 * pnorm(-abs(c2$stdres)), "holm")), p_simulated = sim)
}
air <- na.omit(airquality[, c("Ozone", "Month")])
job <- matrix(c(1, 3, 10, 6, 2, 3, 10, 7, 1, 6, 14, 12, 0, 1, 9, 11), 4, byrow = TRUE)   # Agresti 2002, page 57
result <- list(
  versions = c(R = as.character(getRversion()), sapply(c("rstatix", "effectsize"), function(p) as.character(packageVersion(p)))),
  means = list(PlantGrowth = means_case(PlantGrowth$weight, PlantGrowth$group),
               InsectSprays = means_case(InsectSprays$count, InsectSprays$spray),
               airquality = means_case(air$Ozone, factor(air$Month)), sleep = means_case(sleep$extra, sleep$group)),
  ranks = list(airquality = ranks_case(air$Ozone, factor(air$Month)), InsectSprays = ranks_case(InsectSprays$count, InsectSprays$spray),
               warpbreaks = ranks_case(as.numeric(warpbreaks$breaks > 20) + as.numeric(warpbreaks$breaks > 30), factor(as.character(warpbreaks$tension)))),
  tables = list(HairEye = table_case(apply(HairEyeColor, 1:2, sum)), mtcars = table_case(table(mtcars$cyl, mtcars$gear)), job = table_case(job)),
  noncentral = list(t = lapply(list(c(2.13, 16.8), c(-1.19, 16.5), c(10, 3.2), c(.01, 200.5), c(5, 1.5)), function(x) c(x, suppressWarnings(t_limits(x[1], x[2])))),
                    tukey = lapply(list(c(3.5, 4, 23.4), c(1.2, 2, 5), c(6, 10, 4.5), c(3.5, 3, 500)), function(x) c(x, ptukey(x[1], x[2], x[3], lower.tail = FALSE), qtukey(.95, x[2], x[3])))))
options(warn = -1)
write_json(result, file.path(out, "groups.json"), digits = 15, auto_unbox = TRUE)

# Truth for units. Rscript regenerate.R [folder]: writes units.json and lq2002.csv there (default: here).
suppressMessages({library(jsonlite); library(lme4); library(multilevel)})
out <- commandArgs(TRUE); out <- if (length(out)) out[1] else "."
wald <- function(n, m, ssw) {          # exact limits of the ratio of variances (Wald 1940), by uniroot
  J <- length(n); N <- sum(n)
  H <- function(r) { w <- n / (1 + n * r); mu <- sum(w * m) / sum(w); sum(w * (m - mu)^2) / (J - 1) / (ssw / (N - J)) }
  lim <- function(q) { lo <- -1 / max(n) * (1 - 1e-9); if (H(lo) <= q) return(-1 / max(n)); uniroot(function(r) H(r) - q, c(lo, 1e4), tol = 1e-14)$root }
  c(lim(qf(.975, J - 1, N - J)), lim(qf(.025, J - 1, N - J)))
}
case <- function(y, g, keep = TRUE) {
  g <- factor(as.character(g)); fit <- lmer(y ~ 1 + (1 | g), REML = TRUE, control = lmerControl(optCtrl = list(xtol_abs = 1e-12, ftol_abs = 1e-14)))
  v <- as.data.frame(VarCorr(fit))$vcov; a <- summary(aov(y ~ g))[[1]]; n <- as.numeric(table(g)); m <- as.numeric(tapply(y, g, mean))
  N <- sum(n); J <- length(n); k <- (N - sum(n^2) / N) / (J - 1); B <- a$`Mean Sq`[1]; W <- a$`Mean Sq`[2]
  ssw <- W * (N - J); lim <- wald(n, m, ssw); re <- ranef(fit, condVar = TRUE)$g
  list(keys = levels(g), sizes = n, means = m, within = ssw, y = if (keep) y, g = if (keep) as.character(g),
       f = B / W, p = a$`Pr(>F)`[1], k = k, icc1 = (B - W) / (B + (k - 1) * W), icc2 = (B - W) / B, ratio = lim,
       multilevel_icc1 = ICC1(aov(y ~ g)), multilevel_icc2 = ICC2(aov(y ~ g)),
       grand = unname(fixef(fit)), grand_se = unname(sqrt(vcov(fit)[1, 1])), between = v[1], within_variance = v[2],
       pooled = re[levels(g), 1] + unname(fixef(fit)), shrinkage = v[2] / (v[2] + n * v[1]))
}
data(lq2002); lq <- lq2002[lq2002$COMPID %in% sort(unique(lq2002$COMPID))[1:14], ]
items <- lq[, 3:13]; names(items) <- sprintf("LEAD%02d", 1:11)
write.csv(cbind(COMPID = lq$COMPID, items), file.path(out, "lq2002.csv"), row.names = FALSE)
rj <- rwg.j(items, lq$COMPID, ranvar = 2); r1 <- rwg(items[, 1], lq$COMPID, ranvar = 2)
MA <- nlme::MathAchieve
result <- list(
  versions = c(R = as.character(getRversion()), sapply(c("lme4", "multilevel", "nlme"), function(p) as.character(packageVersion(p)))),
  cases = list(Dyestuff = case(Dyestuff$Yield, Dyestuff$Batch), Dyestuff2 = case(Dyestuff2$Yield, Dyestuff2$Batch),
               sleepstudy = case(sleepstudy$Reaction, sleepstudy$Subject), MathAchieve = case(MA$MathAch, MA$School, FALSE),
               ChickWeight = case(ChickWeight$weight[ChickWeight$Time > 8], ChickWeight$Diet[ChickWeight$Time > 8]),
               lq2002 = case(rowMeans(items), lq$COMPID, FALSE)),
  rwg = list(units = as.character(rj$grpid), rwg_j = rj$rwg.j, rwg_first = r1$rwg, size = rj$gsize))
write_json(result, file.path(out, "units.json"), digits = 15, auto_unbox = TRUE, null = "null")

# Truth for weights: R's survey on its own data. Rscript regenerate.R [folder]: writes weights.json there (default: here).
suppressMessages({library(jsonlite); library(survey)})
out <- commandArgs(TRUE); out <- if (length(out)) out[1] else "."
data(api); d <- apistrat[, c("api00", "stype", "sch.wide", "awards")]; d$stype <- as.character(d$stype)
pop <- list(stype = c(E = 4421, H = 755, M = 1018), sch.wide = c(No = 1072, Yes = 5122))
two <- function(design, deff = FALSE) { m <- svymean(~api00, design, deff = deff); list(mean = unname(coef(m)), se = unname(SE(m)[1]), deff = if (!isFALSE(deff)) unname(attr(m, "deff")[1])) }
flat <- svydesign(ids = ~1, weights = ~rep(1, nrow(d)), data = d)
fpc <- svydesign(ids = ~1, fpc = ~rep(6194, nrow(d)), data = d)
st <- data.frame(stype = names(pop$stype), Freq = pop$stype * nrow(d) / 6194); sw <- data.frame(sch.wide = names(pop$sch.wide), Freq = pop$sch.wide * nrow(d) / 6194)
ps <- postStratify(flat, ~stype, st); rk <- rake(flat, list(~stype, ~sch.wide), list(st, sw), control = list(maxit = 200, epsilon = 1e-9))
byhand <- svydesign(ids = ~1, weights = ~w, data = cbind(d, w = weights(rk)))
gr <- calibrate(flat, ~stype + sch.wide, c(`(Intercept)` = nrow(d), stypeH = st$Freq[2], stypeM = st$Freq[3], sch.wideYes = sw$Freq[2]), calfun = "raking", epsilon = 1e-12)
w <- weights(rk)
result <- list(versions = c(R = as.character(getRversion()), survey = as.character(packageVersion("survey"))), data = d, population = lapply(pop, as.list),
  flat = two(flat, "replace"), fpc = two(fpc), post = c(list(weights = unname(weights(ps))), two(ps)), rake = c(list(weights = unname(w)), two(rk)),
  calibrate = c(list(weights = unname(weights(gr))), two(gr)), as_given = two(byhand, "replace"), kish = length(w) * sum(w^2) / sum(w)^2,
  published = two(svydesign(ids = ~1, fpc = ~fpc, data = apisrs)))
write_json(result, file.path(out, "weights.json"), digits = 15, auto_unbox = TRUE, null = "null")

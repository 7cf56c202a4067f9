# Truth for ordinal cases that the main folder lacks. Run: Rscript regenerate_ordinal.R  (in this folder; R 4.2.2, lavaan 0.6-14)
suppressMessages({library(lavaan); library(jsonlite)})
emit <- function(name, x) writeLines(toJSON(x, auto_unbox = TRUE, digits = I(12), na = "null", dataframe = "rows"),
                                     paste0(name, ".json"))
nacov <- function(name, case, file, columns, missing) {
  x <- read.csv(file.path("..", "data", file))[columns]
  if (missing == "listwise") x <- na.omit(x)
  y <- as.data.frame(lapply(x, ordered))
  fit <- lavCor(y, ordered = names(y), missing = missing, output = "fit", estimator = "WLSMV", se = "robust")
  emit(name, list(case = case, variables = names(x), missing = missing, tolerance = 1e-5, lavaan = "0.6-14",
                  r_call = "lavCor(ordered x, ordered=names(x), missing=missing, output='fit', estimator='WLSMV', se='robust')@SampleStats@NACOV[[1]]",
                  gamma = fit@SampleStats@NACOV[[1]]))
}
nacov("nacov_bfi_listwise", "poly_bfi", "bfi.csv", c("A1", "A2", "A3", "A4", "A5", "C1"), "listwise")
nacov("nacov_crm_pairwise", "poly_crm", "crm_synthetic.csv", c("usab1", "usab2", "usab3", "usab4", "usab5", "dataq1"), "pairwise")

# Joint maximum likelihood of two items, to the optimum: polycor's own search (optim, reltol 1e-8) stops early.
cells <- function(a, b, r) {
  A <- c(-38, a, 38); B <- c(-38, b, 38)
  F <- outer(A, B, Vectorize(function(x, y) pbivnorm::pbivnorm(x, y, r)))
  diff(t(diff(t(F))))
}
tight_pair <- function(x, y) {
  tab <- table(x, y); n <- sum(tab); r <- nrow(tab); k <- ncol(tab)
  f <- function(p) if (abs(p[1]) >= 1) 1e10 else -sum(tab * log(pmax(cells(p[2:r], p[(r + 1):(r + k - 1)], p[1]), 1e-300)))
  q <- function(m) qnorm(cumsum(m)[-length(m)] / n)
  p <- c(cor(x, y), q(rowSums(tab)), q(colSums(tab)))
  for (i in 1:3) p <- optim(p, f, method = "BFGS", control = list(reltol = 1e-16, maxit = 2000, ndeps = rep(1e-5, length(p))))$par
  H <- optimHess(p, f, control = list(ndeps = rep(1e-4, length(p))))
  full <- sum(tab[tab > 0] * log(tab[tab > 0] / n))
  list(rho = p[1], se = sqrt(solve(H)[1, 1]), chisq = 2 * (f(p) + full), df = r * k - r - k)
}
pairs <- list()
for (case in c("poly_bfi", "poly_crm", "poly_ability")) {
  d <- fromJSON(file.path("..", "truth", paste0(case, ".json")))
  x <- read.csv(file.path("..", "data", d$data_file), check.names = FALSE)
  for (i in seq_len(nrow(d$result$pairs))) {
    two <- na.omit(x[c(d$result$pairs$var1[i], d$result$pairs$var2[i])])
    pairs[[length(pairs) + 1]] <- c(list(case = case, var1 = names(two)[1], var2 = names(two)[2]), tight_pair(two[[1]], two[[2]]))
  }
}
emit("pairs_joint", list(r_call = "optim(BFGS) of the joint likelihood with pbivnorm, see regenerate_ordinal.R", tolerance = 1e-5, pairs = pairs))

# An empty cell in a table of two by two: lavaan moves half a respondent into it.
two <- data.frame(a = rep(c(0, 0, 1, 1), c(20, 15, 0, 25)), b = rep(c(0, 1, 0, 1), c(20, 15, 0, 25)))
emit("zero_cell", list(tolerance = 1e-5, r_call = "lavCor(ordered a, b)", a = two$a, b = two$b,
     rho = suppressWarnings(lavCor(as.data.frame(lapply(two, ordered)), ordered = c("a", "b"), output = "cor"))[2, 1]))

# Ordinal invariance across two groups (bfi, gender), delta parameterisation. Steps: nothing equal; thresholds (Wu & Estabrook
# 2016: intercepts and scales of the second group free, factor means 0); thresholds and loadings; intercepts too (factor means free).
bfi <- read.csv(file.path("..", "data", "bfi.csv"))
items <- c("A2", "A3", "A4", "A5", "N1", "N2", "N3", "N4", "N5")
two <- na.omit(bfi[c(items, "gender")])
two[items] <- lapply(two[items], ordered)
model <- "A =~ A2 + A3 + A4 + A5\nN =~ N1 + N2 + N3 + N4 + N5"
free <- paste(c(model, paste0(items, " ~ c(nu1", items, ", nu2", items, ")*1 + c(0, NA)*1"), "A ~ c(0, 0)*1", "N ~ c(0, 0)*1",
                paste0(items, " ~*~ c(1, NA)*", items)), collapse = "\n")
steps <- list(configural = list(model, ""), thresholds = list(free, "thresholds"),
              metric = list(free, c("thresholds", "loadings")), scalar = list(model, c("thresholds", "loadings")),
              loadings_only = list(model, "loadings"))
fits <- lapply(steps, function(s) cfa(s[[1]], two, ordered = items, group = "gender", group.equal = s[[2]]))
keep <- c("npar", "chisq", "df", "pvalue", "chisq.scaled", "df.scaled", "pvalue.scaled", "chisq.scaling.factor", "baseline.chisq",
          "baseline.df", "baseline.chisq.scaled", "baseline.chisq.scaling.factor", "cfi", "tli", "cfi.scaled", "tli.scaled", "cfi.robust", "tli.robust",
          "rmsea", "rmsea.ci.lower", "rmsea.ci.upper", "rmsea.scaled", "rmsea.ci.lower.scaled", "rmsea.ci.upper.scaled",
          "rmsea.robust", "rmsea.ci.lower.robust", "rmsea.ci.upper.robust", "rmr", "srmr", "crmr", "gfi", "mfi")
parts <- lapply(names(fits), function(name) {
  p <- parameterEstimates(fits[[name]], standardized = TRUE, remove.nonfree = FALSE)
  list(name = name, equal = I(steps[[name]][[2]]), fit = as.list(unclass(fitMeasures(fits[[name]], keep))),
       parameters = as.data.frame(unclass(p[c("lhs", "op", "rhs", "group", "est", "se", "std.lv", "std.all")])))
})
pairs <- list(c("configural", "thresholds"), c("thresholds", "metric"), c("metric", "scalar"), c("configural", "scalar"))
lrt <- lapply(pairs, function(p) { d <- lavTestLRT(fits[[p[1]]], fits[[p[2]]])
  list(free = p[1], equal = p[2], chisq = d[2, "Chisq diff"], df = d[2, "Df diff"], pvalue = d[2, "Pr(>Chisq)"]) })
emit("invariance_bfi_gender", list(data_file = "bfi.csv", items = items, group = "gender", model = model, lavaan = "0.6-14",
     r_call = "cfa(model, data, ordered=items, group='gender', group.equal=step); lavTestLRT(two steps)", steps = parts, differences = lrt))

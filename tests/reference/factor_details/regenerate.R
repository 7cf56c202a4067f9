# Rscript tests/reference/factor_details/regenerate.R > tests/reference/factor_details/truth.json
# Factor scores, geomin, congruence and item distributions as psych 2.2.9 and GPArotation 2022.10-2 give them (R 4.2.2).
suppressMessages({library(psych); library(GPArotation); library(jsonlite)})
here <- "tests/reference/psychometrics/data"
bfi <- read.csv(file.path(here, "bfi.csv"))[, 1:25]
hs <- read.csv(file.path(here, "hs1939.csv"))[, paste0("x", 1:9)]
M <- function(x) list(rows = rownames(x), values = unname(apply(unclass(as.matrix(x)), 1, as.list)))
plain <- function(x) unname(lapply(seq_len(nrow(x)), function(i) as.numeric(x[i, ])))

scores <- function(x, f) {
  R <- cor(x, use = "pairwise"); n <- nrow(x)
  a <- suppressWarnings(fa(R, f, n.obs = n, fm = "minres", rotate = "oblimin"))
  L <- unclass(a$loadings); Phi <- a$Phi
  way <- function(m) { s <- suppressWarnings(factor.scores(x, L, Phi = Phi, method = m))
    list(weights = plain(s$weights), score_correlations = plain(s$r.scores), R2 = as.numeric(s$R2),
         first_rows = plain(s$scores[1:5, ])) }
  list(n = n, loadings = plain(L), phi = plain(Phi), items = colnames(x),
       regression = way("Thurstone"), bartlett = way("Bartlett"), tenberge = way("tenBerge"))
}

geomin <- function(x, f, starts = 60) {
  R <- cor(x, use = "pairwise")
  # The unrotated minres optimum to machine precision: L-BFGS-B restarted from its own end.
  load <- function(psi) { e <- eigen(R - diag(psi), symmetric = TRUE); e$vectors[, 1:f] %*% diag(sqrt(pmax(e$values[1:f], 0))) }
  fn <- function(psi) sum(eigen(R - diag(psi), symmetric = TRUE, only.values = TRUE)$values[-(1:f)]^2)
  gr <- function(psi) { e <- eigen(R - diag(psi), symmetric = TRUE); v <- e$vectors[, -(1:f)]; -2 * drop(v^2 %*% e$values[-(1:f)]) }
  o <- list(par = rep(.5, ncol(x)))
  for (i in 1:8) o <- optim(o$par, fn, gr, method = "L-BFGS-B", lower = .005, upper = 1, control = list(factr = 1, pgtol = 0, maxit = 5000))
  L <- load(o$par); best <- NULL; set.seed(7)
  for (s in seq_len(starts)) {
    T0 <- if (s == 1) diag(f) else qr.Q(qr(matrix(rnorm(f * f), f)))
    g <- try(suppressWarnings(geominQ(L, Tmat = T0, delta = .01, eps = 1e-7, maxit = 1500)), silent = TRUE)
    if (inherits(g, "try-error")) next
    value <- g$Table[nrow(g$Table), 2]
    if (is.null(best) || value < best$value - 1e-12) best <- list(value = value, L = g$loadings, Phi = g$Phi)
  }
  list(n = nrow(x), n_factors = f, items = colnames(x), criterion = best$value, loadings = plain(best$L), phi = plain(best$Phi))
}

d <- psych::describe(bfi, type = 3)
a <- suppressWarnings(fa(cor(bfi, use = "pairwise"), 5, n.obs = 2800, rotate = "oblimin"))
b <- suppressWarnings(fa(cor(bfi[1:1400, ], use = "pairwise"), 5, n.obs = 1400, rotate = "varimax"))
out <- list(
  scores = list(hs9 = scores(hs, 3), bfi = scores(na.omit(bfi), 5)),
  geomin = list(hs9 = geomin(hs, 3), bfi = geomin(bfi, 5, 30)),
  congruence = list(first = plain(unclass(a$loadings)), second = plain(unclass(b$loadings)),
                    coefficients = plain(factor.congruence(a$loadings, b$loadings, digits = 12))),
  distributions = list(items = rownames(d), n = d$n, mean = d$mean, sd = d$sd, median = d$median, min = d$min,
                       max = d$max, skew = d$skew, kurtosis = d$kurtosis))
cat(toJSON(out, digits = 12, auto_unbox = TRUE))

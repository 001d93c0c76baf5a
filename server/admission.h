/* admission.h - the Kubernetes door: POST /v1/admit. */
#ifndef PL_SERVER_ADMISSION_H
#define PL_SERVER_ADMISSION_H

#include "service.h"

/* An AdmissionReview in, an AdmissionReview out: status 200 for everything that has a uid. 400 without one. */
pl_handler pl_admission_answer;

#endif
